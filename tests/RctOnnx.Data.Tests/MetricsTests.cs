using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using RctOnnx.Data.Metrics;
using RctOnnx.Testing;
using Xunit;

namespace RctOnnx.Data.Tests;

public class MetricsTests
{
    private const double Tolerance = 1e-9;

    private static int[] Ints(JsonElement list) => [.. list.EnumerateArray().Select(value => value.GetInt32())];

    [Fact]
    [Trait("Category", "Golden")]
    public void Classification_metrics_are_those_of_the_reference()
    {
        foreach (JsonElement example in GoldenTensor.Parse(SharedFolders.Golden("metrics.json")).GetProperty("classification").EnumerateArray())
        {
            ClassificationMetrics found = ClassificationMetrics.Compute(Ints(example.GetProperty("true")), Ints(example.GetProperty("pred")), example.GetProperty("classes").GetInt32());
            Assert.Equal(GoldenTensor.Rows(example.GetProperty("confusion")).Select(row => row.Select(value => (long)value)), found.ConfusionMatrix);
            Equal(example, "accuracy", found.Accuracy);
            Equal(example, "kappa", found.Kappa);
            Equal(example, "quadratic_weighted_kappa", found.QuadraticWeightedKappa);
            Equal(example, "mcc", found.MatthewsCorrelation);
            foreach ((string name, ClassMetrics average) in (IEnumerable<(string, ClassMetrics)>)[("macro", found.Macro), ("micro", found.Micro), ("weighted", found.Weighted)])
                Same(example.GetProperty(name), average);
            foreach ((JsonElement expected, ClassMetrics actual) in example.GetProperty("per_class").EnumerateArray().Zip(found.PerClass))
            {
                Same(expected, actual);
                Assert.Equal(expected.GetProperty("support").GetInt64(), actual.Support);
            }
        }

        static void Same(JsonElement expected, ClassMetrics actual)
        {
            Equal(expected, "precision", actual.Precision);
            Equal(expected, "recall", actual.Recall);
            Equal(expected, "f1", actual.F1);
        }
    }

    [Fact]
    [Trait("Category", "Golden")]
    public void Regression_metrics_are_those_of_the_reference()
    {
        JsonElement example = GoldenTensor.Parse(SharedFolders.Golden("metrics.json")).GetProperty("regression");
        RegressionMetrics found = RegressionMetrics.Compute(Doubles("true"), Doubles("pred"));
        Equal(example, "mse", found.MeanSquaredError);
        Equal(example, "mae", found.MeanAbsoluteError);
        Equal(example, "r2", found.R2);
        Equal(example, "pearson", found.Pearson);
        Equal(example, "spearman", found.Spearman);

        double[] Doubles(string key) => [.. example.GetProperty(key).EnumerateArray().Select(value => value.GetDouble())];
    }

    [Fact]
    public void The_order_of_the_examples_does_not_matter() =>
        Prop.ForAll(Gen.Choose(0, 3).Zip(Gen.Choose(0, 3)).NonEmptyListOf().ToArbitrary(), pairs =>
        {
            ClassificationMetrics one = Of(pairs), other = Of(Enumerable.Reverse(pairs));
            return one.Accuracy == other.Accuracy && one.Macro == other.Macro && one.Weighted == other.Weighted;

            static ClassificationMetrics Of(IEnumerable<(int True, int Predicted)> pairs) =>
                ClassificationMetrics.Compute([.. pairs.Select(pair => pair.True)], [.. pairs.Select(pair => pair.Predicted)], 4);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Lists_that_do_not_fit_are_refused()
    {
        Assert.Throws<ArgumentException>(() => ClassificationMetrics.Compute([0], [0, 1], 2));
        Assert.Throws<ArgumentException>(() => ClassificationMetrics.Compute([], [], 2));
        Assert.Throws<ArgumentException>(() => ClassificationMetrics.Compute([0], [2], 2));
        Assert.Throws<ArgumentException>(() => RegressionMetrics.Compute([0], []));
        Assert.Throws<ArgumentException>(() => RegressionMetrics.Compute([], []));
    }

    private static void Equal(JsonElement expected, string key, double actual)
    {
        if (expected.TryGetProperty(key, out JsonElement value)) Assert.Equal(value.GetDouble(), actual, Tolerance);
    }
}
