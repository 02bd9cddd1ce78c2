using System.Text.Json.Nodes;

namespace RctOnnx.Onnx;

/// <summary>
/// A model in memory: configuration, named weights, vocabulary and labels. What training produces, what the model file
/// stores and what the runtime reads back. Immutable.
/// </summary>
public sealed record ModelArtifact
{
    /// <summary>The encoder.</summary>
    public required EncoderConfig Encoder { get; init; }

    /// <summary>The head.</summary>
    public required HeadConfig Head { get; init; }

    /// <summary>What the logits mean.</summary>
    public required ProblemType ProblemType { get; init; }

    /// <summary>Label names by index; the number of logits. Empty only without a head.</summary>
    public required IReadOnlyList<string> Labels { get; init; }

    /// <summary>Longest sequence in tokens, special tokens included; at most <see cref="EncoderConfig.PositionCount"/>.</summary>
    public required int MaxLength { get; init; }

    /// <summary>What happens to longer texts unless the caller says otherwise.</summary>
    public LongTextPolicy LongText { get; init; } = LongTextPolicy.Truncate;

    /// <summary>Tokenizer rules.</summary>
    public required TokenizerSettings Tokenizer { get; init; }

    /// <summary>WordPiece vocabulary; the index is the id.</summary>
    public required IReadOnlyList<string> Vocabulary { get; init; }

    /// <summary>Weights by canonical name (<see cref="TensorNames"/>), exactly those of <see cref="WeightShapes"/>.</summary>
    public required IReadOnlyDictionary<string, TensorData> Weights { get; init; }

    /// <summary>
    /// Points (<see cref="QuantizationPoints"/>) whose linear layers compute in int8; empty for a model in floating point. The
    /// scales are fixed: they do not depend on the text or the batch.
    /// </summary>
    public IReadOnlyDictionary<string, InputQuantization> Inputs { get; init; } = new Dictionary<string, InputQuantization>();

    /// <summary>Temperature and thresholds.</summary>
    public Calibration Calibration { get; init; } = new();

    /// <summary>Texts with their answers, checked at load.</summary>
    public IReadOnlyList<Probe> Probes { get; init; } = [];

    /// <summary>Evidence of the export, if there is one.</summary>
    public Proof? Proof { get; init; }

    /// <summary>How it was trained: data hash, settings, seed, versions, metrics. Free-form JSON object.</summary>
    public JsonObject? Training { get; init; }
}
