using RctOnnx.Data;
using RctOnnx.Onnx;
using RctOnnx.Train.Evaluation;

namespace RctOnnx.Train.Comparison;

/// <summary>How well a run answers on one set; what its problem does not have is null.</summary>
internal sealed record RunFigures
{
    /// <summary>Share of right answers; for values that are whole numbers, of rounded ones; for several labels a text, of texts whose labels are all right.</summary>
    public double? Accuracy { get; init; }

    /// <summary>Unweighted mean of the labels' F1.</summary>
    public double? MacroF1 { get; init; }

    /// <summary>F1 over all decisions together; several labels a text.</summary>
    public double? MicroF1 { get; init; }

    /// <summary>Mean precision, labels weighted by their rows. The weighted recall of one label a text is its accuracy.</summary>
    public double? WeightedPrecision { get; init; }

    /// <summary>Mean F1, labels weighted by their rows.</summary>
    public double? WeightedF1 { get; init; }

    /// <summary>Kappa with quadratic weights, where the labels are in an order.</summary>
    public double? QuadraticWeightedKappa { get; init; }

    /// <summary>Linear correlation of values.</summary>
    public double? Pearson { get; init; }

    /// <summary>Mean loss: cross-entropy in nats, or squared error in the unit of the data. Of problems that differ, losses are no measure.</summary>
    public required double Loss { get; init; }

    /// <summary>Those of answers.</summary>
    /// <param name="figures">Of the answers.</param>
    /// <param name="loss">Mean.</param>
    /// <param name="problem">Of the task.</param>
    /// <param name="labels">Of the task, by index.</param>
    public static RunFigures Of(TaskFigures figures, double loss, ProblemType problem, IReadOnlyList<string> labels) => new()
    {
        Accuracy = figures.Sets?.ExactMatch ?? figures.Classes?.Accuracy,
        MacroF1 = figures.Sets?.Macro.F1 ?? figures.Classes?.Macro.F1,
        MicroF1 = figures.Sets?.Micro.F1,
        WeightedPrecision = figures.Sets?.Weighted.Precision ?? figures.Classes?.Weighted.Precision,
        WeightedF1 = figures.Sets?.Weighted.F1 ?? figures.Classes?.Weighted.F1,
        QuadraticWeightedKappa = problem is ProblemType.Ordinal or ProblemType.Regression || AreRising(labels) ? figures.Classes?.QuadraticWeightedKappa : null,
        Pearson = figures.Values?.Pearson,
        Loss = loss,
    };

    // Classes that are scores, each larger than the one before it: their indexes are in the order of the scores.
    private static bool AreRising(IReadOnlyList<string> labels)
    {
        double[] values = [.. labels.Select(label => RowValue.Find(label) ?? double.NaN)];
        return values.Zip(values.Skip(1)).All(pair => pair.First < pair.Second);
    }
}
