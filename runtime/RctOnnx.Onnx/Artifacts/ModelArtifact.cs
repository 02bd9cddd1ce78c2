using System.Diagnostics.CodeAnalysis;

namespace RctOnnx.Onnx;

/// <summary>
/// A model in memory: configuration, named weights, vocabulary and labels. What training produces, what the model file
/// stores and what the runtime reads back. Immutable.
/// </summary>
public sealed record ModelArtifact : ModelDescription
{
    /// <summary>An artifact to be filled.</summary>
    public ModelArtifact()
    {
    }

    /// <summary>The description with its weights.</summary>
    [SetsRequiredMembers]
    internal ModelArtifact(ModelDescription description, IReadOnlyDictionary<string, TensorData> weights)
        : base(description) => Weights = weights;

    /// <summary>Weights by canonical name (<see cref="TensorNames"/>), exactly those of <see cref="WeightShapes"/>.</summary>
    public required IReadOnlyDictionary<string, TensorData> Weights { get; init; }

    /// <summary>
    /// Points (<see cref="QuantizationPoints"/>) whose linear layers compute in int8; empty for a model in floating point. The
    /// scales are fixed: they do not depend on the text or the batch.
    /// </summary>
    public IReadOnlyDictionary<string, InputQuantization> Inputs { get; init; } = new Dictionary<string, InputQuantization>();
}
