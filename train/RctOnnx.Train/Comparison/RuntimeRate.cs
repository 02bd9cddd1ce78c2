using System.Diagnostics;
using RctOnnx.Runtime;

namespace RctOnnx.Train.Comparison;

/// <summary>How fast an exported file answers.</summary>
internal static class RuntimeRate
{
    private const int MostTexts = 2000, Passes = 3;

    /// <summary>Texts a second with the runtime's defaults, string to label: the median of three passes over at most 2,000 texts after one to warm up.</summary>
    public static double Measure(string modelPath, IReadOnlyList<TextPair> texts, CancellationToken token)
    {
        TextPair[] asked = [.. texts.Take(MostTexts)];
        using TextClassifier classifier = TextClassifier.Load(modelPath);
        double[] seconds = new double[Passes];
        for (int pass = -1; pass < Passes; pass++)
        {
            long start = Stopwatch.GetTimestamp();
            if (asked.Any(text => text.Second.Length > 0)) classifier.Classify(asked, token);
            else classifier.Classify([.. asked.Select(text => text.First)], token);
            if (pass >= 0) seconds[pass] = Stopwatch.GetElapsedTime(start).TotalSeconds;
        }
        Array.Sort(seconds);
        return asked.Length / seconds[Passes / 2];
    }
}
