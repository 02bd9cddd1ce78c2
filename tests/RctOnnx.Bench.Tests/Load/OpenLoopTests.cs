using HdrHistogram;
using RctOnnx.Bench.Load;
using Xunit;

namespace RctOnnx.Bench.Tests.Load;

public class OpenLoopTests
{
    [Fact]
    public void Waiting_for_a_busy_worker_counts_as_latency()
    {
        TimeSpan[] allAtOnce = new TimeSpan[3];

        (HistogramBase latencies, double seconds) = OpenLoop.Run(allAtOnce, workers: 1, _ => Thread.Sleep(20), CancellationToken.None);

        Assert.Equal(3, latencies.TotalCount);
        Assert.True(latencies.GetMaxValue() >= 60_000, $"The third text waited for two others and took {latencies.GetMaxValue()} µs.");
        Assert.True(seconds >= 0.06);
    }

    [Fact]
    public void Every_text_is_served_once_and_none_before_it_is_due()
    {
        TimeSpan[] arrivals = [.. Enumerable.Range(0, 20).Select(i => TimeSpan.FromMilliseconds(2 * i))];
        int[] served = new int[arrivals.Length];

        (_, double seconds) = OpenLoop.Run(arrivals, workers: 2, i => Interlocked.Increment(ref served[i]), CancellationToken.None);

        Assert.All(served, count => Assert.Equal(1, count));
        Assert.True(seconds >= arrivals[^1].TotalSeconds);
    }
}
