using System.Globalization;
using RctOnnx.Bench.Compare;
using RctOnnx.Bench.Figures;
using RctOnnx.Bench.Reports;

namespace RctOnnx.Bench.Latency;

/// <summary>Single texts, contestants in turn text by text.</summary>
internal static class LatencyRun
{
    /// <summary>Length of the texts in tokens, special tokens included.</summary>
    public const int TokenCount = 32;

    private const int WarmUpCount = 20;

    // Long enough for the threads of the contestant before to stop spinning, which those of onnxruntime-node do for some 50 ms after a run.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>Seconds of each call of each contestant, called on a thread of the pool, as a service calls.</summary>
    public static List<double>[] Run(IReadOnlyList<ISingleContestant> contestants, int textCount, int callCount, Action advance) =>
        Task.Run(() => Calls(contestants, textCount, callCount, advance)).GetAwaiter().GetResult();

    private static List<double>[] Calls(IReadOnlyList<ISingleContestant> contestants, int textCount, int callCount, Action advance)
    {
        foreach (ISingleContestant contestant in contestants)
            for (int i = 0; i < WarmUpCount; i++) contestant.RunOne(i % textCount);
        List<double>[] seconds = [.. contestants.Select(_ => new List<double>())];
        for (int call = 0; call < callCount; call++)
        {
            foreach ((int i, ISingleContestant contestant) in contestants.Index())
            {
                Thread.Sleep(Pause);
                seconds[i].Add(contestant.RunOne(call % textCount));
            }
            advance();
        }
        return seconds;
    }

    /// <summary>Percentiles, and the median against the best peer's.</summary>
    public static ReportTable Report(IReadOnlyList<ISingleContestant> contestants, List<double>[] seconds)
    {
        List<IReadOnlyList<string>> rows = [];
        foreach ((ISingleContestant contestant, List<double> own) in contestants.Zip(seconds))
        {
            double median = Samples.Percentile(own, 50), high = Samples.Percentile(own, 99);
            double best = contestants.Zip(seconds).Where(pair => pair.First.Role == ContestantRole.Peer && pair.First.Precision == contestant.Precision).Min(pair => Samples.Percentile(pair.Second, 50));
            rows.Add([$"{contestant.Precision}", contestant.Name, contestant.Settings, Text($"{1e3 * median:N2}"), Text($"{1e3 * high:N2}"), Text($"{high / median:N2}"), Text($"{median / best:N2}")]);
        }
        return new ReportTable($"One text of {TokenCount} tokens at a time, string to label, {seconds[0].Count:N0} calls each, {Pause.TotalMilliseconds:N0} ms between two calls", 3,
            ["precision", "contestant", "settings", "p50, ms", "p99, ms", "p99/p50", "p50 against the best peer's"], rows);

        static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
    }
}
