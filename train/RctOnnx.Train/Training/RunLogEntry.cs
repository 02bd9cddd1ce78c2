namespace RctOnnx.Train.Training;

/// <summary>One line of <c>metrics.jsonl</c>. Values that a kind of line does not have are left out.</summary>
internal sealed record RunLogEntry
{
    /// <summary>"train" or "evaluation".</summary>
    public required string Kind { get; init; }

    /// <summary>Optimiser steps taken.</summary>
    public required long Step { get; init; }

    /// <summary>Epochs done, with the part of the current one.</summary>
    public required double Epoch { get; init; }

    /// <summary>Training: of the step's rows with smoothing and weights; evaluation: mean cross-entropy on dev.</summary>
    public required double Loss { get; init; }

    /// <summary>Training: of this step.</summary>
    public double? LearningRate { get; init; }

    /// <summary>Training: before clipping.</summary>
    public double? GradientNorm { get; init; }

    /// <summary>Training: rows a second of this step.</summary>
    public double? SentencesPerSecond { get; init; }

    /// <summary>Evaluation: share of right answers.</summary>
    public double? Accuracy { get; init; }

    /// <summary>Evaluation: mean F1 of the labels.</summary>
    public double? MacroF1 { get; init; }

    /// <summary>Evaluation: figures of other names (<see cref="DevFigures.Others"/>).</summary>
    public IReadOnlyDictionary<string, double>? Others { get; init; }
}
