using RctOnnx.Parity.Tests.Training;
using RctOnnx.Train.RateFinding;
using RctOnnx.Train.Reports.Pictures;
using Xunit;

namespace RctOnnx.Parity.Tests.RateFinding;

[Collection(TorchCollection.Name)]
public sealed class RateFinderTests : IDisposable
{
    private readonly SmallTask _task = new();

    public void Dispose() => _task.Dispose();

    [Fact]
    public void The_loss_falls_at_rates_that_train_and_diverges_above_them()
    {
        IReadOnlyList<RatePoint> points = RateFinder.Search(_task.Settings() with { Batch = 32, MaxGradientNorm = null }, new RateRange(1e-5, 1e3, 120), _ => { }, CancellationToken.None);
        Assert.True(points.Count < 120, "the search stops where training diverges");
        Assert.Equal(Math.Log(3), points[0].Loss, 0.5);
        Assert.InRange(RateRange.Steepest(points)!.Value, 1e-4, 1);
        Assert.True(RatePicture.Draw(points, RateRange.Steepest(points)).Length > 10_000);
        Assert.Equal(points, RateFinder.Search(_task.Settings() with { Batch = 32, MaxGradientNorm = null }, new RateRange(1e-5, 1e3, 120), _ => { }, CancellationToken.None));
    }
}
