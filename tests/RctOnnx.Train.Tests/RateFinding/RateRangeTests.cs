using RctOnnx.Train.RateFinding;
using Xunit;

namespace RctOnnx.Train.Tests.RateFinding;

public class RateRangeTests
{
    [Fact]
    public void Rates_rise_by_the_same_factor_from_the_lowest_to_the_highest()
    {
        RateRange range = new(1e-6, 1e-2, 41);
        Assert.Equal(1e-6, range.At(0), 12);
        Assert.Equal(1e-4, range.At(20), 12);
        Assert.Equal(1e-2, range.At(40), 12);
    }

    [Fact]
    public void Smoothing_of_a_constant_is_that_constant_from_the_first_step_on()
    {
        RateRange range = new(1e-6, 1e-2, 40);
        List<RatePoint> points = [];
        for (int i = 0; i < 40; i++) points.Add(range.Next(points, 2));
        Assert.All(points, point => Assert.Equal(2, point.Smoothed, 9));
        // Two losses: 0.02 and 0.98 × 0.02 of the weight, over both together.
        Assert.Equal(((0.98 * 1) + 3) / 1.98, range.Next([range.Next([], 1)], 3).Smoothed, 9);
    }

    [Fact]
    public void The_steepest_fall_and_a_tenth_of_the_lowest_are_found_and_divergence_ends_the_search()
    {
        RateRange range = new(1e-6, 1, 121);
        List<RatePoint> points = [];
        for (int i = 0; i < 121 && !RateRange.IsOver(points); i++)
        {
            double power = Math.Log10(range.At(i));
            // Falls around 1e-3, lowest near 1e-2, explodes above 1e-1.
            points.Add(new RatePoint(range.At(i), 0, 1 + (1 / (1 + Math.Exp(6 * (power + 3)))) + (power > -1 ? Math.Pow(10, 3 * (power + 1)) - 1 : 0)));
        }
        Assert.InRange(points.Count, 101, 120);
        Assert.InRange(RateRange.Steepest(points)!.Value, 0.8e-3, 1.25e-3);
        Assert.Equal(points.MinBy(point => point.Smoothed)!.Rate / 10, RateRange.TenthOfLowest(points));
        Assert.Null(RateRange.Steepest([.. Enumerable.Range(0, 30).Select(i => new RatePoint(range.At(i), i, i))]));
        Assert.True(RateRange.IsOver([.. points.Take(20), new RatePoint(1, double.NaN, double.NaN)]));
    }

    [Theory]
    [InlineData(0, 1, 100)]
    [InlineData(1e-3, 1e-4, 100)]
    [InlineData(1e-3, double.PositiveInfinity, 100)]
    [InlineData(1e-5, 1e-1, 19)]
    public void A_range_that_cannot_be_searched_is_refused(double lowest, double highest, int steps) =>
        Assert.Throws<SettingsException>(() => new RateRange(lowest, highest, steps).Validate());
}
