using RctOnnx.Bench.Load;
using Xunit;

namespace RctOnnx.Bench.Tests.Load;

public class SaturationTests
{
    private static LoadPoint Point(double offered, double answered) => new(offered, answered, 1, 2, 3, 4, 5);

    [Fact]
    public void The_last_rate_that_is_kept_up_with_and_the_first_that_is_not_are_named()
    {
        Assert.Equal("Keeps up with 200 texts/s (answers at least 98 % of what is offered, p99 3.0 ms); saturated at 300", LoadRun.Saturation([Point(100, 101), Point(200, 196.1), Point(300, 293), Point(400, 400)]));
        Assert.EndsWith("; no rate saturates it", LoadRun.Saturation([Point(100, 100)]));
        Assert.Equal("Saturated at every rate: of 100 texts/s offered 90 are answered", LoadRun.Saturation([Point(100, 90)]));
    }
}
