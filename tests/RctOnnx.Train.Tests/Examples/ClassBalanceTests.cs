using RctOnnx.Train.Examples;
using RctOnnx.Train.Settings;
using Xunit;

namespace RctOnnx.Train.Tests.Examples;

public class ClassBalanceTests
{
    private static readonly int[] Classes = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1];

    [Fact]
    public void Effective_weights_are_by_the_effective_number_of_rows_with_mean_one()
    {
        // (1 - 0.5) / (1 - 0.5^8) and (1 - 0.5) / (1 - 0.5^2)
        double first = 0.5 / (1 - Math.Pow(0.5, 8)), second = 0.5 / 0.75, mean = (first + second) / 2;
        float[] found = ClassBalance.Weights(Settings(0.5), Classes, ["many", "few"])!;
        Assert.Equal([(float)(first / mean), (float)(second / mean)], found);
        // Near one they have the proportion of the balanced ones, near zero they are all one.
        float[] near = ClassBalance.Weights(Settings(0.9999999), Classes, ["many", "few"])!, far = ClassBalance.Weights(Settings(1e-9), Classes, ["many", "few"])!;
        Assert.Equal(4, near[1] / near[0], 3);
        Assert.Equal(1, far[1] / far[0], 3);
    }

    [Fact]
    public void A_label_without_rows_is_refused() =>
        Assert.Contains("'none'", Assert.Throws<SettingsException>(() => ClassBalance.Weights(Settings(0.9), Classes, ["many", "few", "none"])).Message);

    private static TrainSettings Settings(double beta) => new() { ClassWeights = ClassWeighting.Effective, ClassBalanceBeta = beta };
}
