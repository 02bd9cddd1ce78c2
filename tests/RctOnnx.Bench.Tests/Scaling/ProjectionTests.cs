using RctOnnx.Bench.Scaling;
using Xunit;

namespace RctOnnx.Bench.Tests.Scaling;

public class ProjectionTests
{
    [Theory]
    [InlineData(0, 2, 2)]
    [InlineData(0.1, 2, 1 / 0.55)]
    [InlineData(1, 8, 1)]
    public void Amdahls_law_gives_the_speed_up(double serialShare, int workers, double expected) =>
        Assert.Equal(expected, Projection.SpeedUp(serialShare, workers), 1e-12);

    [Theory]
    [InlineData(0.02, 2)]
    [InlineData(0.3, 16)]
    public void The_serial_share_is_found_again(double serialShare, int workers) =>
        Assert.Equal(serialShare, Projection.SerialShare(Projection.SpeedUp(serialShare, workers), workers), 1e-12);

    [Theory]
    [InlineData(2.1, 0)]
    [InlineData(0.9, 1)]
    public void What_cannot_be_is_noise(double speedUp, double expected) => Assert.Equal(expected, Projection.SerialShare(speedUp, 2));
}
