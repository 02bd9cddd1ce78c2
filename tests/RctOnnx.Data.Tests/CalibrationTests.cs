using RctOnnx.Data.Metrics;
using Xunit;

namespace RctOnnx.Data.Tests;

public class CalibrationTests
{
    [Fact]
    public void The_error_is_the_distance_of_confidence_and_accuracy_by_bin()
    {
        CalibrationCounter counter = new();
        Assert.Null(counter.Result());
        foreach ((double confidence, bool right) in ((double, bool)[])[(0.9, true), (0.92, false), (0.5, true), (0.51, true)]) counter.Add(confidence, right, right ? confidence : 1 - confidence);
        CalibrationMetrics found = counter.Result()!;
        // Bins of a fifteenth: 0.9 and 0.92 stand in (13/15, 14/15], 0.5 and 0.51 in (7/15, 8/15].
        Assert.Equal((2 * Math.Abs(0.91 - 0.5) + 2 * Math.Abs(0.505 - 1)) / 4, found.ExpectedCalibrationError, 12);
        Assert.Equal(-(Math.Log(0.9) + Math.Log(0.08) + Math.Log(0.5) + Math.Log(0.51)) / 4, found.NegativeLogLikelihood, 12);
        Assert.Equal(2, found.Bins.Count(bin => bin.Count > 0));
        Assert.Equal(1, counter.Result()!.Bins.Max(bin => bin.Upper), 12);
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(1)]
    [InlineData(3)]
    public void The_temperature_that_spoilt_the_logits_is_found_and_undone(double spoilt)
    {
        (float[] logits, int[] classes) = Drawn(20_000, spoilt);
        double found = TemperatureScaling.Fit(logits, classes, 3);
        Assert.InRange(found / spoilt, 0.95, 1.05);
        Assert.True(CalibrationMetrics.Compute(logits, classes, 3, found).ExpectedCalibrationError < 0.01);
        double best = CalibrationMetrics.Compute(logits, classes, 3, found).NegativeLogLikelihood;
        Assert.All((double[])[0.9, 1.1], factor => Assert.True(CalibrationMetrics.Compute(logits, classes, 3, found * factor).NegativeLogLikelihood > best));
        if (spoilt != 1) Assert.True(CalibrationMetrics.Compute(logits, classes, 3).ExpectedCalibrationError > 0.03);
    }

    [Fact]
    public void Rows_that_are_all_right_do_not_take_the_temperature_to_zero() => Assert.Equal(0.05, TemperatureScaling.Fit([2, 0, 0, 1], [0, 1], 2), 6);

    [Fact]
    public void Logits_that_do_not_fit_the_rows_are_refused()
    {
        Assert.Throws<ArgumentException>(() => TemperatureScaling.Fit([1, 2, 3], [0, 1], 2));
        Assert.Throws<ArgumentException>(() => CalibrationMetrics.Compute([], [], 2));
    }

    [Fact]
    public void An_interval_holds_the_figure_is_as_wide_as_theory_says_and_the_same_every_time()
    {
        Random random = new(3);
        int[] truth = [.. Enumerable.Range(0, 1000).Select(_ => random.Next(2))], answers = [.. truth.Select(label => random.NextDouble() < 0.8 ? label : 1 - label)];
        double accuracy = ClassificationMetrics.Compute(truth, answers, 2).Accuracy;
        ConfidenceInterval found = ConfidenceInterval.Bootstrap(truth, answers, 2, metrics => metrics.Accuracy);
        Assert.InRange(accuracy, found.Lower, found.Upper);
        Assert.InRange((found.Upper - found.Lower) / (2 * 1.96 * Math.Sqrt(accuracy * (1 - accuracy) / truth.Length)), 0.85, 1.15);
        Assert.Equal(found, ConfidenceInterval.Bootstrap(truth, answers, 2, metrics => metrics.Accuracy));
    }

    // Labels drawn from the softmax of logits, which are then multiplied.
    private static (float[] Logits, int[] Classes) Drawn(int rows, double spoilt)
    {
        Random random = new(5);
        float[] logits = new float[rows * 3];
        int[] classes = new int[rows];
        for (int row = 0; row < rows; row++)
        {
            double[] values = [.. Enumerable.Range(0, 3).Select(_ => 4 * random.NextDouble() - 2)], exponents = [.. values.Select(Math.Exp)];
            double draw = random.NextDouble() * exponents.Sum();
            classes[row] = draw < exponents[0] ? 0 : draw < exponents[0] + exponents[1] ? 1 : 2;
            for (int i = 0; i < 3; i++) logits[row * 3 + i] = (float)(values[i] * spoilt);
        }
        return (logits, classes);
    }
}
