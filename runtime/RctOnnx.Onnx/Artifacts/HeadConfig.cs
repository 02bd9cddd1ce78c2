namespace RctOnnx.Onnx;

/// <summary>How features become logits. Immutable.</summary>
public sealed record HeadConfig
{
    /// <summary>The head.</summary>
    public required HeadKind Kind { get; init; }

    /// <summary>How token states become the head's input.</summary>
    public required Pooling Pooling { get; init; }

    /// <summary>Share of the head's inputs dropped in training.</summary>
    public double Dropout { get; init; } = 0.1;
}
