using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Engines;
using BenchmarkDotNet.Jobs;

namespace RctOnnx.Bench.Engine;

/// <summary>Columns in the user's units for benchmarks whose call classifies <c>Batch</c> texts. An iteration is one call, so that percentiles are those of calls.</summary>
internal sealed class TextSettings : ManualConfig
{
    private const int WarmUpCalls = 10, Calls = 100, FullCalls = 400;

    public TextSettings()
    {
        AddJob(Job.Default.WithStrategy(RunStrategy.Monitoring).WithOutlierMode(Perfolizer.Mathematics.OutlierDetection.OutlierMode.DontRemove)
            .WithLaunchCount(1).WithWarmupCount(WarmUpCalls).WithIterationCount(Grid.IsFull ? FullCalls : Calls));
        WithBuildTimeout(TimeSpan.FromMinutes(15)); // a busy machine
        AddDiagnoser(MemoryDiagnoser.Default);
        AddColumn(new TextColumn("sentences/s", "texts of a call / median time", (call, statistics, _) => call.Texts / statistics.Median * 1e9));
        AddColumn(new TextColumn("tokens/s", "real tokens of a call, special tokens included / median time", (call, statistics, _) => call.Tokens / statistics.Median * 1e9));
        AddColumn(new TextColumn("computed/real", "tokens that are computed, padding included / real tokens", (call, _, _) => call.ComputedTokens / (double)call.Tokens, "N2"));
        foreach (int percent in new[] { 50, 95, 99 })
            AddColumn(new TextColumn($"P{percent}, ms", $"{percent}th percentile of the calls", (_, statistics, _) => statistics.Percentiles.Percentile(percent) / 1e6, "N2"));
        AddColumn(new TextColumn("P99/P50", "how much longer than usual the slowest hundredth of the calls takes", (_, statistics, _) => statistics.Percentiles.Percentile(99) / statistics.Percentiles.Percentile(50), "N2"));
        AddColumn(new TextColumn("allocated/text, B", "bytes of the managed heap that a call takes / texts of a call", (call, _, bytes) => bytes is { } known ? known / (double)call.Texts : double.NaN));
    }
}
