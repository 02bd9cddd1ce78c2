namespace RctOnnx.Onnx;

/// <summary>What turns logits into decisions.</summary>
public sealed record Calibration
{
    /// <summary>Logits are divided by it before softmax or sigmoid; part of the graph (Guo et al. 2017).</summary>
    public double Temperature { get; init; } = 1.0;

    /// <summary>Multi label: the score from which each label counts as given, by index; null means 0.5 for all.</summary>
    public IReadOnlyList<double>? Thresholds { get; init; }
}
