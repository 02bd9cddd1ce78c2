namespace RctOnnx.Onnx;

/// <summary>One of several tasks over the same features of one encoder: a head of its own, and what its logits mean (multi-task learning, Caruana 1997; over BERT, Liu et al. 2019). Immutable.</summary>
public sealed record TaskDescription
{
    /// <summary>Letters, digits, '-' and '_': it stands in names of weights and outputs.</summary>
    public required string Name { get; init; }

    /// <summary>The head; its pooling is that of all tasks.</summary>
    public required HeadConfig Head { get; init; }

    /// <summary>What the logits mean.</summary>
    public required ProblemType ProblemType { get; init; }

    /// <summary>Label names by index; the number of logits.</summary>
    public required IReadOnlyList<string> Labels { get; init; }

    /// <summary>Temperature and thresholds.</summary>
    public Calibration Calibration { get; init; } = new();
}
