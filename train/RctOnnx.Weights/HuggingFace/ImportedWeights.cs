using RctOnnx.Onnx;

namespace RctOnnx.Weights.HuggingFace;

/// <summary>Weights under canonical names, and what the import has to tell.</summary>
public sealed record ImportedWeights
{
    /// <summary>Canonical weights in fp32; without those of <see cref="MissingHead"/>.</summary>
    public required IReadOnlyDictionary<string, TensorData> Weights { get; init; }

    /// <summary>Weights of the head (and of the pooler that it needs) that the checkpoint lacks: to be initialised.</summary>
    public required IReadOnlyList<string> MissingHead { get; init; }

    /// <summary>Tensors of the checkpoint that are known to have no use in a classifier.</summary>
    public required IReadOnlyList<string> Ignored { get; init; }

    /// <summary>Element types found in the checkpoint.</summary>
    public required IReadOnlyList<TensorType> SourceTypes { get; init; }
}
