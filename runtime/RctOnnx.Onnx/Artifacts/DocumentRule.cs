namespace RctOnnx.Onnx;

/// <summary>
/// How a document becomes rows of a model that names a label a sentence (<see cref="Pooling.Separators"/>): <c>[CLS] s1 [SEP] s2 [SEP] …</c>, as many
/// whole sentences as fit. Documents that do not fit into one row are read in several, which share sentences, so that no sentence is without the ones
/// around it.
/// </summary>
public sealed record DocumentRule
{
    /// <summary>Pieces of a sentence that are looked at; the rest of a longer one is cut off.</summary>
    public int SentenceLength { get; init; } = 100;

    /// <summary>Sentences that neighbouring rows share; fewer where they do not fit.</summary>
    public int Overlap { get; init; } = 4;
}
