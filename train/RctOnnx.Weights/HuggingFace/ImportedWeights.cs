using RctOnnx.Onnx;

namespace RctOnnx.Weights.HuggingFace;

/// <summary>Weights under canonical names, and what the import has to tell.</summary>
public sealed record ImportedWeights
{
    /// <summary>Canonical weights in fp32; without those of <see cref="MissingHead"/>.</summary>
    public required IReadOnlyDictionary<string, TensorData> Weights { get; init; }

    /// <summary>The encoder that the weights have: config.json's without <see cref="UnreachableRows"/>.</summary>
    public required EncoderConfig Encoder { get; init; }

    /// <summary>Rows at the end of the word table that no piece of the vocabulary reaches: padding, left out. Ids stay as they are.</summary>
    public required int UnreachableRows { get; init; }

    /// <summary>Weights of the head (and of the pooler that it needs) that the checkpoint lacks: to be initialised.</summary>
    public required IReadOnlyList<string> MissingHead { get; init; }

    /// <summary>Tensors of the checkpoint that are known to have no use in a classifier.</summary>
    public required IReadOnlyList<string> Ignored { get; init; }

    /// <summary>Element types found in the checkpoint.</summary>
    public required IReadOnlyList<TensorType> SourceTypes { get; init; }

    /// <summary>What a person should know about the word table; null where there is nothing to tell.</summary>
    public string? WordTableNote => UnreachableRows == 0
        ? null
        : $"Left out: the last {UnreachableRows} of {Encoder.VocabularySize + UnreachableRows} rows of the word table, which no piece of the vocabulary reaches (padding).";
}
