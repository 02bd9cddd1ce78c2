using System.Globalization;
using RctOnnx.Data.Metrics;
using RctOnnx.Train.Reports;

namespace RctOnnx.Train.Tests.Reports;

/// <summary>Made-up runs for reports.</summary>
internal static class SampleReports
{
    public static ClassificationMetrics Metrics(int labelCount, int rowCount, double right, int seed)
    {
        Random random = new(seed);
        int[] truth = [.. Enumerable.Range(0, rowCount).Select(_ => Math.Min(random.Next(labelCount), random.Next(labelCount)))];
        int[] predicted = [.. truth.Select(label => random.NextDouble() < right ? label : random.Next(labelCount))];
        return ClassificationMetrics.Compute(truth, predicted, labelCount);
    }

    public static RunReportData Classification(IReadOnlyList<string> labels, int stepCount = 400) => new()
    {
        Title = "A run with <b>marks</b> & \"quotes\"",
        Labels = labels,
        Sets =
        [
            new SetComparison("dev", null, Metrics(labels.Count, 900, 0.8, 1)),
            new SetComparison("test <1> & 'two'", Metrics(labels.Count, 1200, 0.1, 2), Metrics(labels.Count, 1200, 0.85, 3)),
        ],
        Curve = Curve(stepCount),
        Settings = [new NamedValue("learning_rate", "5E-05"), new NamedValue("base", "<script>alert(1)</script>")],
        Sources = [new DataSource("train", "train & dev.txt", 21400, new string('a', 64))],
        Timing = [new NamedValue("training", "373 s")],
        Versions = [new NamedValue("torchsharp", "1.2.3")],
        Proof = [new NamedValue("largest difference of a logit", "1.2E-06")],
    };

    public static RunReportData Regression() => new()
    {
        Title = "Scores",
        RegressionSets =
        [
            new RegressionComparison("essays", new RegressionMetrics(12.5, 3.1, -4, double.NaN, double.NaN, 100), new RegressionMetrics(0.9, 0.7, 0.8, 0.91, 0.89, 100)),
            new RegressionComparison("others", new RegressionMetrics(9, 2.5, -2, -0.2, -0.1, 50), new RegressionMetrics(1.9, 1.1, 0.6, 0.7, 0.72, 50)),
        ],
    };

    private static CurvePoint[] Curve(int stepCount)
    {
        Random random = new(5);
        return [.. Enumerable.Range(1, stepCount).Select(step =>
        {
            double done = (double)step / stepCount, loss = 0.4 + Math.Exp(-4 * done) + 0.2 * random.NextDouble();
            bool isEvaluated = step % Math.Max(stepCount / 8, 1) == 0;
            return new CurvePoint(step, 2 * done, step == 3 ? double.NaN : loss, isEvaluated ? loss + 0.05 : null, isEvaluated ? 1 - loss / 2 : null, 5e-5 * Math.Min(10 * done, 1.1 - done));
        })];
    }

    public static string[] Labels(int count) => [.. Enumerable.Range(0, count).Select(i => string.Create(CultureInfo.InvariantCulture, $"specialty number {i}"))];
}
