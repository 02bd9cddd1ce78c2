using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using RctOnnx.Onnx;
using RctOnnx.Train.Comparison;

namespace RctOnnx.Train.Sweeps;

/// <summary>A sweep for people, and its best settings for <c>train --settings</c>.</summary>
internal static class SweepReport
{
    /// <summary>Names of what <see cref="Write"/> writes.</summary>
    public const string TableFile = "sweep.md", BestFile = "best.json";

    /// <summary>The headings.</summary>
    public static IReadOnlyList<string> Columns(IReadOnlyList<SweepResult> results) =>
        ["rank", "trial", "round", .. results[0].Values.Select(pair => pair.Key), $"dev {NameOf(results[0])}", "training, s"];

    /// <summary>The cells, the best trial first.</summary>
    public static IReadOnlyList<IReadOnlyList<string>> Rows(IReadOnlyList<SweepResult> results) =>
        [.. results.Select((result, i) => (IReadOnlyList<string>)
        [
            Text(i + 1), Text(result.Trial), Text(result.Round), .. result.Values.Select(pair => pair.Value?.ToJsonString() ?? "null"),
            result.Result.Watched is { } value ? value.ToString("F4", CultureInfo.InvariantCulture) : "failed",
            result.Result.TrainingSeconds.ToString("N0", CultureInfo.InvariantCulture),
        ])];

    /// <summary>Writes both files into the folder of the sweep; the best settings only where a trial succeeded.</summary>
    /// <param name="folder">Where.</param>
    /// <param name="plan">What was searched.</param>
    /// <param name="results">The best first.</param>
    public static void Write(string folder, SweepPlan plan, IReadOnlyList<SweepResult> results)
    {
        StringBuilder text = new();
        text.Append(MachineLine.Text()).Append("\n\nThe best trial first; trials of a later round had more training.\n\n");
        IReadOnlyList<string> columns = Columns(results);
        text.Append("| ").AppendJoin(" | ", columns).Append(" |\n|").Append(string.Concat(columns.Select(_ => " ---: |"))).Append('\n');
        foreach (IReadOnlyList<string> row in Rows(results)) text.Append("| ").AppendJoin(" | ", row).Append(" |\n");
        foreach (SweepResult failed in results.Where(result => result.Result.Failure is not null)) text.Append($"\nTrial {failed.Trial} failed: {failed.Result.Failure}\n");
        AtomicFile.WriteText(Path.Combine(folder, TableFile), text.ToString());
        if (results[0].Result.Watched is null) return;
        JsonObject best = [];
        foreach ((string name, JsonNode? value) in plan.Settings.Concat(results[0].Values)) best[name] = value?.DeepClone();
        AtomicFile.WriteText(Path.Combine(folder, BestFile), best.ToJsonString(new JsonSerializerOptions { WriteIndented = true }) + "\n");
    }

    private static string NameOf(SweepResult result) => JsonNamingPolicy.SnakeCaseLower.ConvertName(result.Run.Settings.Watched.ToString()).Replace('_', ' ');

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
