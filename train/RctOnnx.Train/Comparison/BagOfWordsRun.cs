using System.Diagnostics;
using RctOnnx.Data;
using RctOnnx.Data.Metrics;
using RctOnnx.Onnx;
using RctOnnx.Train.Baselines;
using RctOnnx.Train.Evaluation;
using RctOnnx.Train.Examples;

namespace RctOnnx.Train.Comparison;

/// <summary>The bag of words on the very rows of a planned run.</summary>
internal static class BagOfWordsRun
{
    /// <summary>Name of the variant.</summary>
    public const string Name = "bag of words";

    /// <summary>Trains and measures it, or takes the kept result.</summary>
    public static RunResult Execute(PlannedRun rows, string output, Action<string> say, CancellationToken token)
    {
        string folder = Path.Combine(output, "bag-of-words", rows.Part.Replace(", ", "-", StringComparison.Ordinal).Replace(' ', '-')), file = Path.Combine(folder, "result.json"), key = "bag-of-words " + rows.Key();
        if (RunResult.Read(file, key) is { } kept) return kept;
        token.ThrowIfCancellationRequested();
        say($"Now the {Name}, {rows.Part}.");
        PeakMemory.Reset();
        TaskData data = TaskData.Open(rows.Settings);
        LabelSet labels = TaskLabels.Of(rows.Settings, data.Train);
        long start = Stopwatch.GetTimestamp();
        BagOfWords model = BagOfWords.Train([.. data.Train.Select(row => (Text(row), labels.IndexOf(row)))], labels.Names.Count);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        Dictionary<string, RunFigures> sets = [];
        if (data.Dev is not null) sets.Add(ComparisonTable.Dev, Figures(model, data.Dev, rows.Settings.Problem, labels));
        foreach ((string name, IEnumerable<TextRow> test) in data.Tests) sets.Add(name, Figures(model, test, rows.Settings.Problem, labels));
        string saved = Path.Combine(folder, "model.zip");
        AtomicFile.Write(saved, model.Save);
        string[] asked = [.. RuntimeRate.Texts(data).Select(text => $"{text.First} {text.Second}")];
        start = Stopwatch.GetTimestamp();
        _ = model.Score(asked);
        RunResult result = new()
        {
            Name = Name,
            Part = rows.Part,
            Problem = rows.Settings.Problem,
            Key = key,
            Sets = sets,
            TrainingSeconds = seconds,
            PeakMemory = PeakMemory.Read(),
            ModelBytes = new FileInfo(saved).Length,
            SentencesPerSecond = asked.Length / Stopwatch.GetElapsedTime(start).TotalSeconds,
        };
        result.Write(file);
        return result;
    }

    private static RunFigures Figures(BagOfWords model, IEnumerable<TextRow> rows, ProblemType problem, LabelSet labels)
    {
        TextRow[] all = [.. rows];
        int[] truth = [.. all.Select(labels.IndexOf)];
        IReadOnlyList<float[]> scores = model.Score(all.Select(Text));
        int[] predicted = [.. scores.Select(row => Array.IndexOf(row, row.Max()))];
        double loss = truth.Zip(scores, (index, row) => -Math.Log(Math.Max(row[index], 1e-12))).Average();
        return RunFigures.Of(new TaskFigures(ClassificationMetrics.Compute(truth, predicted, labels.Names.Count), null, null), loss, problem, labels.Names);
    }

    private static string Text(TextRow row) => row.Pair is null ? row.Text : $"{row.Text} {row.Pair}";
}
