namespace RctOnnx.Onnx;

/// <summary>How a model reads a pair by two encoders, each text by its own, in place of both together by one (two towers; Bromley et al. 1993, over BERT Reimers and Gurevych 2019). Immutable.</summary>
public sealed record PairEncoding
{
    /// <summary>How the features of the two texts are combined.</summary>
    public required FeatureCombination Combine { get; init; }

    /// <summary>Whether both texts are read by the same weights; otherwise the second one has an encoder of its own.</summary>
    public required bool IsShared { get; init; }

    /// <summary>Width of what the head reads.</summary>
    /// <param name="hiddenWidth">Of one encoder.</param>
    public int FeatureWidth(int hiddenWidth) => Combine == FeatureCombination.Concat ? 2 * hiddenWidth : hiddenWidth;
}
