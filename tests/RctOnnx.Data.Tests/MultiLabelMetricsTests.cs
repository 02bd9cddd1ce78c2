using RctOnnx.Data.Metrics;
using Xunit;

namespace RctOnnx.Data.Tests;

public class MultiLabelMetricsTests
{
    [Fact]
    public void Figures_are_those_of_counts_by_hand()
    {
        // Texts: {a} as {a}, {a, b} as {b}, {} as {c}, {c} as {c}.
        bool[] truth = [true, false, false, true, true, false, false, false, false, false, false, true];
        bool[] predicted = [true, false, false, false, true, false, false, false, true, false, false, true];
        MultiLabelMetrics metrics = MultiLabelMetrics.Compute(truth, predicted, 3);
        Assert.Equal(0.5, metrics.ExactMatch);
        Assert.Equal(2 / 12.0, metrics.HammingLoss, 12);
        Assert.Equal([1.0, 1.0, 0.5], metrics.PerLabel.Select(label => label.Precision));
        Assert.Equal([0.5, 1.0, 1.0], metrics.PerLabel.Select(label => label.Recall));
        Assert.Equal(0.75, metrics.Micro.F1, 12);
        Assert.Equal((2 / 3.0 + 1 + 2 / 3.0) / 3, metrics.Macro.F1, 12);
        Assert.Equal((2 * 2 / 3.0 + 1 + 2 / 3.0) / 4, metrics.Weighted.F1, 12);
    }

    [Fact]
    public void Thresholds_have_the_best_F1_of_each_label()
    {
        // The first label is best from 0.2 on, the second at one half; the third never occurs.
        double[] scores = [0.1, 0.9, 0.1, 0.3, 0.1, 0.2, 0.2, 0.8, 0.3];
        bool[] truth = [false, true, false, true, false, false, true, true, false];
        Assert.Equal([0.15, 0.5, 0.5], LabelThresholds.Best(truth, scores, 3).Select(value => Math.Round(value, 12)));
    }

    [Fact]
    public void Values_are_rounded_to_the_whole_numbers_of_the_truth()
    {
        ClassificationMetrics metrics = ClassificationMetrics.OfRounded([2, 3, 4, 4], [0.4, 3.4, 4.6, 9])!;
        Assert.Equal(1, metrics.Accuracy);
        Assert.Equal(3, metrics.PerClass.Count);
        Assert.Null(ClassificationMetrics.OfRounded([2, 3.5], [2, 3]));
        Assert.Null(ClassificationMetrics.OfRounded([0, 1000], [2, 3]));
    }

    [Fact]
    public void Labels_of_numbers_stand_by_their_values_and_sets_are_taken_apart()
    {
        TextRow[] rows = [.. new[] { "10", "9", "-1", "10" }.Select((label, i) => new TextRow { Text = "", Label = label, Source = "data", Line = i + 1 })];
        Assert.Equal(["-1", "9", "10"], LabelSet.OfNumbers(rows).Names);
        TextRow several = new() { Text = "", Label = "b| a", Source = "data", Line = 3 };
        LabelSet sets = LabelSet.OfSets([several, several with { Label = "" }, several with { Label = "c" }]);
        Assert.Equal(["a", "b", "c"], sets.Names);
        Assert.Equal([1, 1, 0], sets.FlagsOf(several));
        Assert.Contains("line 3: the label 'd'", Assert.Throws<DataException>(() => sets.FlagsOf(several with { Label = "d" })).Message);
    }
}
