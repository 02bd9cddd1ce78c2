namespace RctOnnx.Onnx;

/// <summary>How a model file is written. Immutable.</summary>
public sealed record ModelFileWriteOptions
{
    /// <summary>
    /// Weights of more bytes than this go to one file beside the model (<c>NAME.onnx.HASH.data</c>, which the model names). Protobuf
    /// ends at 2 GiB; the rest is room for the graph and the vocabulary.
    /// </summary>
    public long LargestEmbeddedWeights { get; init; } = 1_800_000_000;
}
