using RctOnnx.Data.Metrics;
using RctOnnx.Onnx;
using RctOnnx.Train.Examples;
using RctOnnx.Train.Settings;

namespace RctOnnx.Train.Evaluation;

/// <summary>Figures of answers; those that the problem does not have are null.</summary>
/// <param name="Classes">One label a text, and values that are whole numbers, rounded.</param>
/// <param name="Sets">Several labels a text.</param>
/// <param name="Values">Regression.</param>
internal sealed record TaskFigures(ClassificationMetrics? Classes, MultiLabelMetrics? Sets, RegressionMetrics? Values)
{
    /// <summary>The value of a metric.</summary>
    /// <exception cref="InvalidOperationException">The problem does not have it; settings are checked for that.</exception>
    public double this[MetricName name] => name switch
    {
        MetricName.Accuracy => Sets?.ExactMatch ?? Classes?.Accuracy,
        MetricName.MacroF1 => Sets?.Macro.F1 ?? Classes?.Macro.F1,
        MetricName.WeightedF1 => Sets?.Weighted.F1 ?? Classes?.Weighted.F1,
        MetricName.MicroF1 => Sets?.Micro.F1,
        MetricName.QuadraticWeightedKappa => Classes?.QuadraticWeightedKappa,
        MetricName.Pearson => Values?.Pearson,
        MetricName.Spearman => Values?.Spearman,
        _ => null,
    } ?? throw new InvalidOperationException($"These answers have no {name}.");

    /// <summary>Figures of logits [rows, labels], values in the unit of the data.</summary>
    /// <param name="examples">The truth.</param>
    /// <param name="logits">The answers.</param>
    /// <param name="thresholds">From which score a label counts as given; null means one half.</param>
    public static TaskFigures Of(ExampleSet examples, IReadOnlyList<float> logits, IReadOnlyList<double>? thresholds) => examples.Problem switch
    {
        ProblemType.Regression => OfValues([.. examples.Values.Select(value => (double)value)], [.. logits.Select(value => (double)value)]),
        ProblemType.MultiLabel => new TaskFigures(null, MultiLabelMetrics.Compute(Flags(examples), [.. Given(logits, examples.LabelCount, thresholds)], examples.LabelCount), null),
        _ => new TaskFigures(ClassificationMetrics.Compute(examples.Classes, Largest(logits, examples.LabelCount), examples.LabelCount), null, null),
    };

    /// <summary>The thresholds with the best F1 of each label, or null where a text has one label or a value.</summary>
    public static double[]? BestThresholds(ExampleSet examples, IReadOnlyList<float> logits) => examples.Problem == ProblemType.MultiLabel
        ? LabelThresholds.Best(Flags(examples), [.. logits.Select(Score)], examples.LabelCount) : null;

    /// <summary>Index of the largest logit of every row, the first of equal ones.</summary>
    public static int[] Largest(IReadOnlyList<float> logits, int labelCount)
    {
        int[] largest = new int[logits.Count / labelCount];
        for (int i = 0; i < logits.Count; i++)
        {
            int row = i / labelCount;
            if (logits[i] > logits[(row * labelCount) + largest[row]]) largest[row] = i % labelCount;
        }
        return largest;
    }

    /// <summary>Whether each label is given, [rows, labels].</summary>
    public static IEnumerable<bool> Given(IReadOnlyList<float> logits, int labelCount, IReadOnlyList<double>? thresholds) =>
        logits.Select((logit, i) => (float)Score(logit) >= (thresholds?[i % labelCount] ?? LabelThresholds.Default));

    private static TaskFigures OfValues(double[] truth, double[] predicted) =>
        new(ClassificationMetrics.OfRounded(truth, predicted), null, RegressionMetrics.Compute(truth, predicted));

    private static bool[] Flags(ExampleSet examples) => [.. examples.Values.Select(value => value == 1)];

    private static double Score(float logit) => 1 / (1 + Math.Exp(-logit));
}
