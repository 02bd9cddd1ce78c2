using RctOnnx.Onnx;

namespace RctOnnx.Runtime.Quantization;

/// <summary>What to quantize with.</summary>
public sealed record QuantizationOptions
{
    /// <summary>Texts like those that the model will see; their activations set the scales. Each is a list of sentences, of one where texts are read alone.</summary>
    public required IReadOnlyList<IReadOnlyList<string>> Calibration { get; init; }

    /// <summary>Texts on which candidates are compared, as <see cref="Calibration"/>, which takes their place where null.</summary>
    public IReadOnlyList<IReadOnlyList<string>>? Dev { get; init; }

    /// <summary>The label of each sentence of <see cref="Dev"/>, in their order: with them the drop of accuracy is limited.</summary>
    public IReadOnlyList<string>? DevLabels { get; init; }

    /// <summary>Allowed drop of accuracy on the labelled texts, in percentage points.</summary>
    public double MaxDrop { get; init; } = 0.3;

    /// <summary>Largest absolute weight: <see cref="ModelQuantizer.SafeLimit"/>, or 127 for processors that do not saturate.</summary>
    public int WeightLimit { get; init; } = ModelQuantizer.SafeLimit;

    /// <summary>Threads in all; null means the cores that this process may use.</summary>
    public int? Threads { get; init; }
}
