using RctOnnx.Onnx;
using RctOnnx.Train.Settings;
using RctOnnx.Weights.HuggingFace;

namespace RctOnnx.Train.Bases;

/// <summary>From a base with one encoder to a model that reads pairs by two.</summary>
internal static class PairStart
{
    /// <summary>How the settings read pairs; null by one encoder.</summary>
    public static PairEncoding? EncodingOf(TrainSettings settings) => settings.Encoders == EncoderChoice.One ? null
        : new PairEncoding { Combine = settings.Combine ?? FeatureCombination.Concat, IsShared = settings.Encoders == EncoderChoice.Shared };

    /// <summary>The encoder once or twice, with a new head over the combined features.</summary>
    /// <param name="artifact">With one encoder.</param>
    /// <param name="pairs">How pairs are read.</param>
    /// <param name="seed">Of the head.</param>
    public static ModelArtifact Of(ModelArtifact artifact, PairEncoding pairs, long seed)
    {
        Dictionary<string, TensorData> weights = artifact.Weights.Where(pair => !pair.Key.StartsWith("head.", StringComparison.Ordinal)).ToDictionary();
        if (!pairs.IsShared)
            foreach ((string name, TensorData weight) in weights.ToArray()) weights.Add(TensorNames.Second + name, weight);
        return artifact with
        {
            PairEncoding = pairs,
            Weights = HeadInitializer.Complete(artifact.Encoder, WeightShapes.OfPairs(artifact.Encoder, artifact.Head, artifact.Labels.Count, pairs), weights, unchecked((int)seed)),
        };
    }
}
