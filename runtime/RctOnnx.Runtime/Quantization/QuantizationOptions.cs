using RctOnnx.Onnx;

namespace RctOnnx.Runtime.Quantization;

/// <summary>What to quantize with.</summary>
public sealed record QuantizationOptions
{
    /// <summary>Texts like those that the model will see; their activations set the scales.</summary>
    public required IReadOnlyList<string> CalibrationTexts { get; init; }

    /// <summary>Texts on which candidates are compared; the calibration texts where null.</summary>
    public IReadOnlyList<string>? DevTexts { get; init; }

    /// <summary>The label of each of <see cref="DevTexts"/>: with them the drop of accuracy is limited.</summary>
    public IReadOnlyList<string>? DevLabels { get; init; }

    /// <summary>Allowed drop of accuracy on the labelled texts, in percentage points.</summary>
    public double MaxDrop { get; init; } = 0.3;

    /// <summary>Largest absolute weight: <see cref="ModelQuantizer.SafeLimit"/>, or 127 for processors that do not saturate.</summary>
    public int WeightLimit { get; init; } = ModelQuantizer.SafeLimit;

    /// <summary>Threads in all; null means the cores that this process may use.</summary>
    public int? Threads { get; init; }
}
