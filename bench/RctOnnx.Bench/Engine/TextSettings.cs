using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;

namespace RctOnnx.Bench.Engine;

/// <summary>Columns in the user's units for benchmarks whose call classifies <c>Batch</c> texts.</summary>
internal sealed class TextSettings : ManualConfig
{
    public TextSettings()
    {
        AddJob(Job.ShortRun.WithIterationCount(15)); // enough for percentiles of the iterations
        AddDiagnoser(MemoryDiagnoser.Default);
        AddColumn(new TextColumn("sentences/s", "texts of a call / median time", (call, statistics) => call.Texts / statistics.Median * 1e9));
        AddColumn(new TextColumn("tokens/s", "real tokens of a call, special tokens included / median time", (call, statistics) => call.Tokens / statistics.Median * 1e9));
        AddColumn(new TextColumn("computed/real", "tokens that are computed, padding included / real tokens", (call, _) => call.ComputedTokens / (double)call.Tokens, "N2"));
        AddColumn(StatisticColumn.P50, StatisticColumn.P95);
        AddColumn(new TextColumn("P99, ms", "99th percentile of the iterations", (_, statistics) => statistics.Percentiles.Percentile(99) / 1e6, "N2"));
    }
}
