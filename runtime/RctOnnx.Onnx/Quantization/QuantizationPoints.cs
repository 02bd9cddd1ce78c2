namespace RctOnnx.Onnx;

/// <summary>
/// The places of an encoder where activations become uint8: each is the input of one or more linear layers. Pooler and head
/// stay in fp32: they see one row a text, so that int8 would save nothing.
/// </summary>
public static class QuantizationPoints
{
    private const string Suffix = ".input";
    private static readonly string[] AttentionInputs = ["query", "key", "value"];

    /// <summary>Every point of a model, of that with two encoders the points of both.</summary>
    public static IReadOnlyList<KeyValuePair<string, string[]>> Of(ModelDescription model)
    {
        IReadOnlyList<KeyValuePair<string, string[]>> one = Of(model.Encoder);
        return model.PairEncoding is { IsShared: false }
            ? [.. one, .. one.Select(point => KeyValuePair.Create(TensorNames.Second + point.Key, (string[])[.. point.Value.Select(layer => TensorNames.Second + layer)]))]
            : one;
    }

    /// <summary>Every point in the order of the computation, with the layers that read it.</summary>
    public static IReadOnlyList<KeyValuePair<string, string[]>> Of(EncoderConfig encoder)
    {
        List<string[]> groups = [];
        if (encoder.HasEmbeddingProjection) groups.Add([TensorNames.EmbeddingProjection]);
        for (int layer = 0; layer < encoder.LayerCount; layer++)
            groups.AddRange(
            [
                [.. AttentionInputs.Select(part => TensorNames.Attention(layer, part))],
                [TensorNames.Attention(layer, "output")],
                [TensorNames.Intermediate(layer)],
                [TensorNames.FeedForwardOutput(layer)],
            ]);
        return [.. groups.Select(layers => KeyValuePair.Create(InputOf(layers[0]), layers))];
    }

    /// <summary>The point that a linear layer reads; query, key and value share one.</summary>
    public static string InputOf(string layer)
    {
        foreach (string part in AttentionInputs)
            if (layer.EndsWith($".attention.{part}", StringComparison.Ordinal)) return layer[..^(part.Length + 1)] + Suffix;
        return layer + Suffix;
    }
}
