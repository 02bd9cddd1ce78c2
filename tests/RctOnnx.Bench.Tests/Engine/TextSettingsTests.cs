using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Filters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using RctOnnx.Bench.Engine;
using RctOnnx.Runtime;
using RctOnnx.Testing;
using Xunit;

namespace RctOnnx.Bench.Tests.Engine;

[Collection(GridCollection.Name)]
public class TextSettingsTests
{
    [Fact]
    [Trait("Category", "Golden")]
    public void A_benchmark_reports_in_the_units_of_its_user()
    {
        _ = SharedFolders.Weights("all-MiniLM-L6-v2"); // whose vocabulary the benchmark reads: skipped where it is not there
        using TemporaryFolder folder = new();
        ManualConfig config = ManualConfig.CreateEmpty()
            .AddJob(Job.Default.WithToolchain(InProcessEmitToolchain.Instance).WithWarmupCount(2).WithIterationCount(5).AsMutator())
            .AddFilter(new SimpleFilter(one => one.Parameters["Batch"] is 32 && one.Parameters["Int8"] is true && one.Parameters["Profile"] is PerformanceProfile.Throughput && one.Parameters["Length"] is 32 && one.Parameters["Threads"] is 1))
            .WithOptions(ConfigOptions.DisableLogFile | ConfigOptions.DisableOptimizationsValidator)
            .WithArtifactsPath(folder.Path);

        Summary summary = BenchmarkRunner.Run<EngineBenchmark>(config);

        BenchmarkCase only = Assert.Single(summary.BenchmarksCases);
        Assert.True(summary[only]!.Success);
        double sentences = Value("sentences/s");
        Assert.Equal(32 * sentences, Value("tokens/s"), 40.0);
        Assert.Equal(1, Value("computed/real"));
        Assert.Equal(32e3 / sentences, Value("P50, ms"), 0.02 * 32e3 / sentences);
        Assert.True(Value("P50, ms") <= Value("P95, ms") && Value("P95, ms") <= Value("P99, ms") && Value("P99/P50") >= 1);
        Assert.InRange(Value("allocated/text, B"), 1, 2000);

        double Value(string name)
        {
            IColumn column = Assert.Single(summary.GetColumns(), one => one.ColumnName == name);
            return double.Parse(column.GetValue(summary, only), System.Globalization.NumberStyles.Number, System.Globalization.CultureInfo.InvariantCulture);
        }
    }
}
