using System.Text;
using RctOnnx.Onnx;
using RctOnnx.Train.Reports.Pictures;

namespace RctOnnx.Train.Comparison;

/// <summary>The table of a comparison as Markdown, and its pictures.</summary>
internal static class ComparisonReport
{
    /// <summary>Names of what <see cref="Write"/> writes.</summary>
    public const string TableFile = "comparison.md", CourseFile = "course.png", TradeOffFile = "trade-off.png";

    /// <summary>Writes the files into the folder of the comparison.</summary>
    /// <param name="folder">Where.</param>
    /// <param name="results">Of all runs.</param>
    /// <param name="machine">A line about machine and versions.</param>
    public static void Write(string folder, IReadOnlyList<RunResult> results, string machine)
    {
        AtomicFile.WriteText(Path.Combine(folder, TableFile), Markdown(results, machine));
        (string, IReadOnlyList<CoursePoint>)[] courses = [.. results.Where(run => run.Curve.Count > 0).DistinctBy(run => run.Name).Select(run => (run.Name, run.Curve))];
        if (courses.Length > 0) WriteBytes(Path.Combine(folder, CourseFile), CoursePicture.Draw(courses));
        RunResult[] good = [.. results.Where(run => run.Failure is null)];
        if (good.Length == 0) return;
        string set = good[0].Sets.Keys.Last(); // a test set where there is one, else dev
        ComparedFigure main = ComparedFigure.Shown(good, set);
        WriteBytes(Path.Combine(folder, TradeOffFile), TradeOffPicture.Draw(TradeOff.Of(good, set, main), set, main));
    }

    private static string Markdown(IReadOnlyList<RunResult> results, string machine)
    {
        IReadOnlyList<string> columns = ComparisonTable.Columns(results);
        StringBuilder text = new();
        text.Append(machine).Append("\n\nMean ± standard deviation over the runs. Choose on dev; sentences/s is the exported file in the runtime, string to label.\n\n");
        text.Append("| ").AppendJoin(" | ", columns).Append(" |\n|").Append(string.Concat(columns.Select((_, i) => i is 0 or 2 ? " --- |" : " ---: |"))).Append('\n');
        foreach (IReadOnlyList<string> row in ComparisonTable.Rows(results)) text.Append("| ").AppendJoin(" | ", row.Select(cell => cell.Replace("|", "\\|", StringComparison.Ordinal))).Append(" |\n");
        foreach (RunResult failed in results.Where(run => run.Failure is not null)) text.Append($"\n{failed.Name}, {failed.Part}, failed: {failed.Failure}\n");
        return text.ToString();
    }

    private static void WriteBytes(string path, byte[] bytes) => AtomicFile.Write(path, stream => stream.Write(bytes));
}
