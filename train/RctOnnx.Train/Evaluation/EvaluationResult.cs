using RctOnnx.Data.Metrics;
using RctOnnx.Train.Settings;

namespace RctOnnx.Train.Evaluation;

/// <summary>Answers of a model to a data set.</summary>
/// <param name="Loss">Mean cross-entropy over the rows, without label smoothing or class weights.</param>
/// <param name="Metrics">Figures of the answers.</param>
/// <param name="Predicted">Class index of every row, in order.</param>
internal sealed record EvaluationResult(double Loss, ClassificationMetrics Metrics, IReadOnlyList<int> Predicted)
{
    /// <summary>The value of a metric.</summary>
    public double this[MetricName name] => name switch
    {
        MetricName.Accuracy => Metrics.Accuracy,
        MetricName.MacroF1 => Metrics.Macro.F1,
        MetricName.WeightedF1 => Metrics.Weighted.F1,
        _ => Loss,
    };
}
