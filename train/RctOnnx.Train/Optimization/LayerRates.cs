using System.Globalization;

namespace RctOnnx.Train.Optimization;

/// <summary>Layer-wise learning rates (Howard and Ruder 2018; for BERT Sun et al. 2019): the lower a layer, the less it moves.</summary>
public static class LayerRates
{
    private const string Layer = "encoder.layer.";

    /// <summary>
    /// Factor of a parameter's learning rate: 1 for pooler and head, <paramref name="decay"/> for the highest layer, another
    /// <paramref name="decay"/> for each one below, and once more for the embeddings.
    /// </summary>
    /// <param name="name">Canonical name.</param>
    /// <param name="decay">Above 0, at most 1.</param>
    /// <param name="layerCount">Layers of the encoder.</param>
    public static double FactorOf(string name, double decay, int layerCount) => Math.Pow(decay, DepthOf(name, layerCount));

    /// <summary>How far below the head a parameter stands: 0 for pooler and head, 1 for the highest layer, one more than the layers for the embeddings.</summary>
    /// <param name="name">Canonical name.</param>
    /// <param name="layerCount">Layers of the encoder.</param>
    public static int DepthOf(string name, int layerCount)
    {
        if (name.StartsWith(Onnx.TensorNames.Second, StringComparison.Ordinal)) name = name[Onnx.TensorNames.Second.Length..]; // as deep as the first encoder's
        if (name.StartsWith("embeddings.", StringComparison.Ordinal)) return layerCount + 1;
        if (!name.StartsWith(Layer, StringComparison.Ordinal)) return 0;
        int end = name.IndexOf('.', Layer.Length);
        return layerCount - int.Parse(name.AsSpan(Layer.Length, end - Layer.Length), NumberStyles.None, CultureInfo.InvariantCulture);
    }
}
