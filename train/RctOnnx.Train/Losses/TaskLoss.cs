using RctOnnx.Onnx;
using RctOnnx.Train.Modules;
using static TorchSharp.torch;

namespace RctOnnx.Train.Losses;

/// <summary>
/// The loss of a task as a sum and its weight, so that gradients accumulated over micro-batches of any sizes are those of one
/// large batch: divide each micro-batch's sum by the weight of the whole window. Equal to PyTorch's mean reductions.
/// </summary>
public sealed class TaskLoss
{
    private readonly TaskLossOptions _options;
    private readonly int _labelCount;

    /// <exception cref="SettingsException">The options do not fit the task; all faults are listed.</exception>
    public TaskLoss(ProblemType problemType, int labelCount, TaskLossOptions? options = null)
    {
        (ProblemType, _labelCount, _options) = (problemType, labelCount, options ?? new TaskLossOptions());
        _options.Validate(problemType, labelCount);
    }

    /// <summary>The task: cross-entropy, binary cross-entropy or squared error.</summary>
    public ProblemType ProblemType { get; }

    /// <summary>What a batch counts in the mean: rows, the class weights of their classes, or rows × labels.</summary>
    public double WeightOf(TaskTargets targets)
    {
        Check(targets);
        if (!HasClasses) return (double)targets.RowCount * _labelCount;
        return _options.ClassWeights is null ? targets.RowCount : RowWeights(targets).Sum();
    }

    /// <summary>What each row counts in the mean; <see cref="WeightOf"/> is their sum.</summary>
    public IReadOnlyList<double> RowWeights(TaskTargets targets)
    {
        Check(targets);
        if (HasClasses && _options.ClassWeights is { } weights) return [.. targets.Classes!.Select(index => (double)weights[(int)index])];
        return [.. Enumerable.Repeat(HasClasses ? 1.0 : _labelCount, targets.RowCount)];
    }

    /// <summary>The loss summed over the batch: a scalar to be divided by the weight of the window.</summary>
    /// <param name="logits">fp32 [B, labels].</param>
    /// <param name="targets">One row for each of the batch.</param>
    /// <param name="teacher">A teacher's logits for them, fp32 [B, labels], or null; where rows have one class.</param>
    /// <exception cref="SettingsException">The targets are not of this task.</exception>
    public Tensor Sum(Tensor logits, TaskTargets targets, Tensor? teacher = null)
    {
        Check(targets);
        using Tensor wanted = targets.ToTensor(logits.device);
        if (ProblemType == ProblemType.Regression) return nn.functional.mse_loss(logits, wanted, nn.Reduction.Sum);
        if (ProblemType == ProblemType.MultiLabel) return nn.functional.binary_cross_entropy_with_logits(logits, wanted, reduction: nn.Reduction.Sum);
        using Tensor? weights = _options.ClassWeights is { } values ? tensor(values.ToArray(), device: logits.device) : null;
        Tensor hard = _options.FocalGamma > 0
            ? Focal(logits, wanted, weights)
            : nn.functional.cross_entropy(logits, wanted, weights, reduction: nn.Reduction.Sum, label_smoothing: _options.LabelSmoothing);
        if (teacher is null) return hard;
        return hard.Times(1 - _options.TeacherWeight).Plus(ToTeacher(logits, teacher, weights?.index_select(0, wanted)).Times(_options.TeacherWeight));
    }

    // Equal to the cross-entropy for an exponent of 0.
    private Tensor Focal(Tensor logits, Tensor classes, Tensor? weights)
    {
        Tensor logarithm = nn.functional.log_softmax(logits, -1).gather(1, classes.unsqueeze(1)).squeeze(1); // [B]
        Tensor each = logarithm.exp().From(1).AtLeast(0).Power(_options.FocalGamma).neg() * logarithm;
        return (weights is null ? each : each * weights.index_select(0, classes)).sum();
    }

    // Divergence of Kullback and Leibler at the temperature, times its square, which keeps the size of the gradients.
    private Tensor ToTeacher(Tensor logits, Tensor teacher, Tensor? rowWeights)
    {
        double temperature = _options.TeacherTemperature;
        Tensor wanted = nn.functional.log_softmax(teacher.Over(temperature), -1), found = nn.functional.log_softmax(logits.Over(temperature), -1);
        Tensor each = (wanted.exp() * wanted.Minus(found)).sum(-1).Times(temperature * temperature); // [B]
        return (rowWeights is null ? each : each * rowWeights).sum();
    }

    // The logits of an ordinal model are logarithms of probabilities: their cross-entropy is the likelihood of the label, as with any softmax.
    private bool HasClasses => ProblemType is ProblemType.SingleLabel or ProblemType.Ordinal;

    private void Check(TaskTargets targets)
    {
        if (HasClasses)
        {
            if (targets.Classes is null) throw new SettingsException($"A {ProblemType} task has one class index a row, found values.");
            foreach (long index in targets.Classes)
                if (index < 0 || index >= _labelCount)
                    throw new SettingsException($"A row has the class index {index}, expected 0 to {_labelCount - 1}.");
        }
        else if (targets.Values is null || targets.Values.Length != (long)targets.RowCount * _labelCount)
        {
            throw new SettingsException($"A {ProblemType} task has {_labelCount} values a row; the targets have another form.");
        }
    }
}
