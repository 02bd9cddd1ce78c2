using RctOnnx.Onnx;

namespace RctOnnx.Train.Comparison;

/// <summary>A figure that runs are compared by.</summary>
/// <param name="Title">Name with unit.</param>
/// <param name="Value">Its value, null where the problem does not have it.</param>
/// <param name="Scale">From the value to the unit of the title.</param>
/// <param name="Format">Of the number in the table.</param>
internal sealed record ComparedFigure(string Title, Func<RunFigures, double?> Value, double Scale, string Format)
{
    /// <summary>Share of right answers.</summary>
    public static ComparedFigure Accuracy { get; } = new("accuracy, %", one => one.Accuracy, 100, "F2");

    /// <summary>Kappa with quadratic weights.</summary>
    public static ComparedFigure Kappa { get; } = new("quadratic weighted kappa", one => one.QuadraticWeightedKappa, 1, "F3");

    /// <summary>Linear correlation.</summary>
    public static ComparedFigure Pearson { get; } = new("Pearson", one => one.Pearson, 1, "F3");

    /// <summary>F1 over all decisions.</summary>
    public static ComparedFigure MicroF1 { get; } = new("micro F1, %", one => one.MicroF1, 100, "F2");

    /// <summary>All, in the order of the table.</summary>
    public static IReadOnlyList<ComparedFigure> All { get; } =
    [
        Kappa, Pearson, Accuracy, MicroF1, new("macro F1, %", one => one.MacroF1, 100, "F2"), new("weighted precision, %", one => one.WeightedPrecision, 100, "F2"),
        new("weighted F1, %", one => one.WeightedF1, 100, "F2"), new("loss", one => one.Loss, 1, "F3"),
    ];

    /// <summary>The figures that any of some runs has, in the order of the table.</summary>
    public static IReadOnlyList<ComparedFigure> In(IEnumerable<RunResult> results)
    {
        RunResult[] runs = [.. results];
        RunFigures[] all = [.. runs.SelectMany(run => run.Sets.Values)];
        return [.. All.Where(figure => (figure != Kappa || HasOrder(runs)) && all.Any(one => figure.Value(one) is not null))];
    }

    /// <summary>What the pictures show: the first of kappa, micro F1, accuracy and Pearson that all runs have on a set.</summary>
    public static ComparedFigure Shown(IReadOnlyList<RunResult> good, string set) =>
        ((ComparedFigure[])[Kappa, MicroF1, Accuracy, Pearson]).First(figure => (figure != Kappa || HasOrder(good)) && good.All(run => figure.Value(run.Sets[set]) is not null));

    // Classes that are numbers may be names as well as scores: their order counts where another run says that it does.
    private static bool HasOrder(IReadOnlyList<RunResult> runs) => runs.Any(run => run.Problem is ProblemType.Ordinal or ProblemType.Regression);
}
