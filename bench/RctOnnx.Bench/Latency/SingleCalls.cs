using System.Diagnostics;
using System.Globalization;
using RctOnnx.Bench.Figures;
using RctOnnx.Bench.Machine;
using RctOnnx.Bench.Reports;
using RctOnnx.Data;
using RctOnnx.Runtime;

namespace RctOnnx.Bench.Latency;

/// <summary>Calls with one text, and what the slow ones have in common.</summary>
internal static class SingleCalls
{
    private const int TextCount = 50, WarmUpCount = 50;

    /// <summary>Calls on a thread of the pool, as a service calls.</summary>
    public static BenchReport Run(string model, int calls, TimeSpan pause, CancellationToken token) => Task.Run(() => Measure(model, calls, pause, token), token).GetAwaiter().GetResult();

    private static BenchReport Measure(string model, int calls, TimeSpan pause, CancellationToken token)
    {
        IdleCheck idle = new();
        PerformanceProfile[] profiles = Enum.GetValues<PerformanceProfile>();
        TextClassifier[] classifiers = [.. profiles.Select(profile => TextClassifier.Load(model, new TextClassifierOptions { Profile = profile }))];
        try
        {
            string[] distinct = [.. TextDataset.Read(BenchmarkFolders.Data("rct-abstracts", "test.txt")).Select(row => row.Text).Distinct()];
            string[] texts = [.. distinct.Zip(classifiers[0].Classify(distinct.Take(2000).ToArray(), token)).OrderBy(pair => Math.Abs(pair.Second.TokenCount - LatencyRun.TokenCount)).Take(TextCount).Select(pair => pair.First)];
            foreach (TextClassifier classifier in classifiers)
                for (int i = 0; i < WarmUpCount; i++) classifier.Classify(texts[i % texts.Length]);
            List<Call>[] seen = [.. profiles.Select(_ => new List<Call>(calls))];
            for (int call = 0; call < calls; call++)
            {
                token.ThrowIfCancellationRequested();
                foreach ((int i, TextClassifier classifier) in classifiers.Index())
                {
                    Thread.Sleep(pause);
                    seen[i].Add(One(classifier, texts[call % texts.Length]));
                }
            }
            return new BenchReport("Single texts", [.. MachineInfo.Lines([]), idle.Describe()],
            [
                Text($"Model: {Path.GetFileName(model)}; {texts.Length} texts of the RCT test set of {LatencyRun.TokenCount} tokens or nearest to it, {calls:N0} calls each, profiles in turn, {pause.TotalMilliseconds:N1} ms between two calls"),
                ThreadSwitches.AreKnown ? "Interrupted: the system gave the processor of the calling thread to another one during the call" : "Interruptions are not told by this system",
            ], [new ReportTable("Time of a call, string to label", 1, ["profile", "p50, ms", "p95, ms", "p99, ms", "p99/p50", "interrupted", "p99/p50 of the others", "collections", "allocated a call, bytes"],
                [.. profiles.Zip(seen, Row)])]);
        }
        finally
        {
            foreach (TextClassifier classifier in classifiers) classifier.Dispose();
        }
    }

    private static Call One(TextClassifier classifier, string text)
    {
        long switches = ThreadSwitches.Forced(), bytes = GC.GetAllocatedBytesForCurrentThread();
        int collections = GC.CollectionCount(0);
        long start = Stopwatch.GetTimestamp();
        classifier.Classify(text);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return new Call(seconds, GC.GetAllocatedBytesForCurrentThread() - bytes, GC.CollectionCount(0) - collections, ThreadSwitches.Forced() - switches);
    }

    private static IReadOnlyList<string> Row(PerformanceProfile profile, List<Call> calls)
    {
        double[] all = [.. calls.Select(call => call.Seconds)], others = [.. calls.Where(call => call.Switches == 0).Select(call => call.Seconds)];
        double median = Samples.Percentile(all, 50), high = Samples.Percentile(all, 99);
        return
        [
            $"{profile}", Text($"{1e3 * median:N2}"), Text($"{1e3 * Samples.Percentile(all, 95):N2}"), Text($"{1e3 * high:N2}"), Text($"{high / median:N2}"),
            Text($"{100.0 * (all.Length - others.Length) / all.Length:N1} %"), others.Length == 0 ? "-" : Text($"{Samples.Percentile(others, 99) / Samples.Percentile(others, 50):N2}"),
            Text($"{calls.Sum(call => call.Collections)}"), Text($"{Samples.Median(calls.Select(call => (double)call.Bytes)):N0}"),
        ];
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private readonly record struct Call(double Seconds, long Bytes, int Collections, long Switches);
}
