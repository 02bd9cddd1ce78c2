using RctOnnx.Onnx;

namespace RctOnnx.Train.Losses;

/// <summary>Variants of the loss. Immutable.</summary>
public sealed record TaskLossOptions
{
    /// <summary>Share of each row's mass spread evenly over all classes (Szegedy et al. 2016); single label only.</summary>
    public double LabelSmoothing { get; init; }

    /// <summary>Weight of each class by index, null for all one; single label only.</summary>
    public IReadOnlyList<float>? ClassWeights { get; init; }

    internal void Validate(ProblemType problemType, int labelCount)
    {
        List<string> faults = [];
        if (labelCount <= 0) faults.Add($"there are {labelCount} labels, expected at least one");
        if (!(LabelSmoothing >= 0 && LabelSmoothing < 1)) faults.Add($"label smoothing is {LabelSmoothing}, expected at least 0 and below 1");
        if (problemType is not (ProblemType.SingleLabel or ProblemType.Ordinal) && (LabelSmoothing != 0 || ClassWeights is not null))
            faults.Add($"label smoothing and class weights are for {ProblemType.SingleLabel} and {ProblemType.Ordinal}, the task is {problemType}");
        if (ClassWeights is not null && ClassWeights.Count != labelCount)
            faults.Add($"there are {ClassWeights.Count} class weights, expected one for each of {labelCount} labels");
        if (ClassWeights is not null && ClassWeights.Any(weight => !(weight > 0 && float.IsFinite(weight))))
            faults.Add("a class weight is not a positive number");
        if (faults.Count > 0) throw new SettingsException($"The loss is not usable: {string.Join("; ", faults)}.");
    }
}
