using RctOnnx.Onnx;

namespace RctOnnx.Runtime.Quantization;

/// <summary>What to quantize with.</summary>
public sealed record QuantizationOptions
{
    /// <summary>
    /// Texts like those that the model will see; their activations set the scales. Each is a list: of a single text, of the two of a pair, of the sentences of
    /// a document, of a question and its context, of a prompt and its choices, or of a text with masks (<see cref="HiddenWords"/>).
    /// </summary>
    public required IReadOnlyList<IReadOnlyList<string>> Calibration { get; init; }

    /// <summary>Texts on which candidates are compared, as <see cref="Calibration"/>, which takes their place where null.</summary>
    public IReadOnlyList<IReadOnlyList<string>>? Dev { get; init; }

    /// <summary>What <see cref="Dev"/> is judged by: with it, its drop is limited.</summary>
    public DevFigure? Figure { get; init; }

    /// <summary>Whose answers <see cref="Figure"/> judges, of a model of several tasks; null is the first. The logits of all tasks are compared.</summary>
    public string? TaskName { get; init; }

    /// <summary>How contexts are read, of a model that answers questions; <see cref="Threads"/> go before its own.</summary>
    public QuestionAnswererOptions Questions { get; init; } = new();

    /// <summary>Allowed drop of <see cref="Figure"/>, in hundredths.</summary>
    public double MaxDrop { get; init; } = 0.3;

    /// <summary>Largest absolute weight: <see cref="ModelQuantizer.SafeLimit"/>, or 127 for processors that do not saturate.</summary>
    public int WeightLimit { get; init; } = ModelQuantizer.SafeLimit;

    /// <summary>Threads in all; null means the cores that this process may use.</summary>
    public int? Threads { get; init; }
}
