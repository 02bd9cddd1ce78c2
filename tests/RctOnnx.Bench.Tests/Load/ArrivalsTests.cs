using RctOnnx.Bench.Load;
using Xunit;

namespace RctOnnx.Bench.Tests.Load;

public class ArrivalsTests
{
    [Fact]
    public void Moments_rise_stay_in_the_time_and_have_the_rate()
    {
        TimeSpan[] moments = Arrivals.Poisson(rate: 1000, TimeSpan.FromSeconds(10), seed: 1);

        Assert.Equal(moments.Order(), moments);
        Assert.InRange(moments[^1], TimeSpan.Zero, TimeSpan.FromSeconds(10));
        Assert.InRange(moments.Length, 9_600, 10_400); // four standard deviations of a Poisson count
    }

    [Fact]
    public void Gaps_are_exponential()
    {
        TimeSpan[] moments = Arrivals.Poisson(rate: 1000, TimeSpan.FromSeconds(10), seed: 1);

        double shortGaps = moments.Zip(moments.Skip(1), (one, next) => next - one).Count(gap => gap.TotalSeconds < Math.Log(2) / 1000);

        Assert.Equal(0.5, shortGaps / moments.Length, 0.02); // the median of an exponential is ln 2 / rate
    }
}
