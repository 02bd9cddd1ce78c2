using BenchmarkDotNet.Running;
using RctOnnx.Bench.Engine;
using Xunit;

namespace RctOnnx.Bench.Tests.Engine;

[Collection(GridCollection.Name)]
public class GridTests
{
    [Fact]
    public void The_default_grid_is_a_small_part_of_the_whole_one()
    {
        Assert.False(Grid.IsFull);
        int few = Cases(), calls = Calls();
        try
        {
            Grid.MakeFull();
            Assert.Equal(4 * 4 * 2 * 2 * EngineBenchmark.ThreadCounts.Length, Cases());
            Assert.True(Calls() > calls);
        }
        finally
        {
            Environment.SetEnvironmentVariable("RCTONNX_BENCH_FULL", null);
        }
        Assert.Equal(2 * 2 * 2 * 2 * EngineBenchmark.ThreadCounts.Length, few);
    }

    private static int Cases() => BenchmarkConverter.TypeToBenchmarks(typeof(EngineBenchmark)).BenchmarksCases.Length;

    private static int Calls() => BenchmarkConverter.TypeToBenchmarks(typeof(EngineBenchmark)).BenchmarksCases[0].Job.Run.IterationCount;
}
