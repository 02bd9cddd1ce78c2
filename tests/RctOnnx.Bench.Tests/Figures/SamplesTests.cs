using RctOnnx.Bench.Figures;
using Xunit;

namespace RctOnnx.Bench.Tests.Figures;

public class SamplesTests
{
    [Theory]
    [InlineData(new double[] { 3, 1, 2 }, 2)]
    [InlineData(new double[] { 4, 1, 3, 2 }, 2.5)]
    [InlineData(new double[] { 7 }, 7)]
    public void The_median_is_the_middle_or_the_mean_of_both_middles(double[] values, double expected) =>
        Assert.Equal(expected, Samples.Median(values));

    [Theory]
    [InlineData(50, 50)]
    [InlineData(99, 99)]
    [InlineData(99.1, 100)]
    [InlineData(100, 100)]
    [InlineData(0.5, 1)]
    public void A_percentile_is_the_nearest_rank(double percent, double expected) =>
        Assert.Equal(expected, Samples.Percentile(Enumerable.Range(1, 100).Reverse().Select(i => (double)i), percent));

    [Fact]
    public void Agreement_is_the_share_of_equal_places() =>
        Assert.Equal(0.75, Samples.Agreement([1, 2, 3, 4], [1, 2, 0, 4]));

    [Fact]
    public void Nothing_can_be_said_of_no_values_or_of_lists_of_different_lengths()
    {
        Assert.Throws<ArgumentException>(() => Samples.Median([]));
        Assert.Throws<ArgumentException>(() => Samples.Percentile([], 50));
        Assert.Throws<ArgumentException>(() => Samples.Agreement([1], [1, 2]));
    }

    [Theory]
    [InlineData(new float[] { 1, 3, 2 }, 1)]
    [InlineData(new float[] { -1, -1 }, 0)]
    public void The_largest_value_is_found_the_first_of_equal_ones(float[] values, int expected) =>
        Assert.Equal(expected, Samples.IndexOfLargest(values));
}
