using RctOnnx.Onnx;

namespace RctOnnx.Train.Losses;

/// <summary>Variants of the loss. Immutable.</summary>
public sealed record TaskLossOptions
{
    /// <summary>Share of each row's mass spread evenly over all classes (Szegedy et al. 2016); single label only.</summary>
    public double LabelSmoothing { get; init; }

    /// <summary>Weight of each class by index, null for all one; single label only.</summary>
    public IReadOnlyList<float>? ClassWeights { get; init; }

    /// <summary>Exponent of focal loss: a row counts less the surer its class is (Lin et al. 2017); 0 is cross-entropy. Single label only.</summary>
    public double FocalGamma { get; init; }

    /// <summary>Share of the loss that is the distance to a teacher's answers (Hinton et al. 2015), where there are any.</summary>
    public double TeacherWeight { get; init; } = 0.5;

    /// <summary>What both sides' logits are divided by in that distance, which is multiplied by its square.</summary>
    public double TeacherTemperature { get; init; } = 2;

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
        if (!(FocalGamma >= 0 && double.IsFinite(FocalGamma))) faults.Add($"focal gamma is {FocalGamma}, expected 0 or more");
        if (FocalGamma > 0 && LabelSmoothing > 0) faults.Add("focal gamma and label smoothing exclude one another: one trusts sure rows less, the other makes none sure");
        if (FocalGamma > 0 && problemType is not (ProblemType.SingleLabel or ProblemType.Ordinal)) faults.Add($"focal gamma is for {ProblemType.SingleLabel} and {ProblemType.Ordinal}, the task is {problemType}");
        if (!(TeacherWeight > 0 && TeacherWeight <= 1)) faults.Add($"teacher weight is {TeacherWeight}, expected above 0 and at most 1");
        if (!(TeacherTemperature > 0 && double.IsFinite(TeacherTemperature))) faults.Add($"teacher temperature is {TeacherTemperature}, expected a positive number");
        if (faults.Count > 0) throw new SettingsException($"The loss is not usable: {string.Join("; ", faults)}.");
    }
}
