namespace RctOnnx.Onnx;

/// <summary>The encoders of a model that reads pairs by two, each as a model of its own without a head.</summary>
public static class PairViews
{
    /// <summary>The encoder of the first or the second text, with its pooler: features [batch, hidden] out of one text.</summary>
    /// <param name="model">A model with <see cref="ModelDescription.PairEncoding"/>.</param>
    /// <param name="second">Which text; of no matter where the weights are shared.</param>
    public static ModelArtifact Encoder(ModelArtifact model, bool second)
    {
        string prefix = second && model.PairEncoding is { IsShared: false } ? TensorNames.Second : "";
        return model with
        {
            Head = new HeadConfig { Kind = HeadKind.None, Pooling = model.Head.Pooling },
            ProblemType = ProblemType.SingleLabel,
            Labels = [],
            Calibration = new Calibration(),
            PairEncoding = null,
            Weights = Own(model.Weights, prefix).Where(pair => !pair.Key.StartsWith("head.", StringComparison.Ordinal)).ToDictionary(),
            Inputs = Own(model.Inputs, prefix).ToDictionary(),
            Probes = [],
            Proof = null,
        };
    }

    private static IEnumerable<KeyValuePair<string, T>> Own<T>(IReadOnlyDictionary<string, T> all, string prefix) => prefix.Length == 0
        ? all.Where(pair => !pair.Key.StartsWith(TensorNames.Second, StringComparison.Ordinal))
        : all.Where(pair => pair.Key.StartsWith(prefix, StringComparison.Ordinal)).Select(pair => KeyValuePair.Create(pair.Key[prefix.Length..], pair.Value));
}
