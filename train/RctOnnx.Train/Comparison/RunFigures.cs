using RctOnnx.Data.Metrics;

namespace RctOnnx.Train.Comparison;

/// <summary>How well a run answers on one set.</summary>
/// <param name="Accuracy">Share of right answers.</param>
/// <param name="MacroF1">Mean F1 of the labels.</param>
/// <param name="WeightedPrecision">Mean precision, labels weighted by their rows.</param>
/// <param name="WeightedRecall">Likewise; the same as the accuracy.</param>
/// <param name="WeightedF1">Likewise.</param>
/// <param name="Loss">Mean cross-entropy in nats.</param>
internal sealed record RunFigures(double Accuracy, double MacroF1, double WeightedPrecision, double WeightedRecall, double WeightedF1, double Loss)
{
    /// <summary>Those of metrics and loss.</summary>
    public static RunFigures Of(ClassificationMetrics metrics, double loss) =>
        new(metrics.Accuracy, metrics.Macro.F1, metrics.Weighted.Precision, metrics.Weighted.Recall, metrics.Weighted.F1, loss);
}
