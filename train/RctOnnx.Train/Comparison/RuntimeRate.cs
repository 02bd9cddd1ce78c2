using System.Diagnostics;
using RctOnnx.Data;
using RctOnnx.Runtime;
using RctOnnx.Train.Examples;

namespace RctOnnx.Train.Comparison;

/// <summary>How fast an exported file answers.</summary>
internal static class RuntimeRate
{
    private const int MostTexts = 2000, Passes = 3;

    /// <summary>The texts that rates are measured on: of the first test set, else of dev, else of the training rows, at most 2,000.</summary>
    public static IReadOnlyList<TextPair> Texts(TaskData data)
    {
        IEnumerable<TextRow> rows = data.Tests.Count > 0 ? data.Tests[0].Value : data.Dev ?? data.Train;
        return [.. rows.Take(MostTexts).Select(row => new TextPair(row.Text, row.Pair ?? ""))];
    }

    /// <summary>Texts a second with the runtime's defaults, string to label: the median of three passes over the texts after one to warm up.</summary>
    public static double Measure(string modelPath, IReadOnlyList<TextPair> texts, CancellationToken token)
    {
        using TextClassifier classifier = TextClassifier.Load(modelPath);
        double[] seconds = new double[Passes];
        for (int pass = -1; pass < Passes; pass++)
        {
            long start = Stopwatch.GetTimestamp();
            if (texts.Any(text => text.Second.Length > 0)) classifier.Classify(texts, token);
            else classifier.Classify([.. texts.Select(text => text.First)], token);
            if (pass >= 0) seconds[pass] = Stopwatch.GetElapsedTime(start).TotalSeconds;
        }
        Array.Sort(seconds);
        return texts.Count / seconds[Passes / 2];
    }
}
