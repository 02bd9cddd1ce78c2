using System.Globalization;
using RctOnnx.Onnx;

namespace RctOnnx.Train.Bases;

/// <summary>A shallower encoder out of layers of a deeper one (DistilBERT starts from every second layer, Sanh et al. 2019).</summary>
internal static class LayerChoice
{
    private const string Prefix = "encoder.layer.";

    /// <summary>Keeps some layers, numbered anew from 0.</summary>
    /// <param name="artifact">The base.</param>
    /// <param name="layers">Their numbers in the base, from 0 at the embeddings, rising; empty keeps all.</param>
    /// <exception cref="SettingsException">A number is none of the base's, or they do not rise.</exception>
    public static ModelArtifact Keep(ModelArtifact artifact, IReadOnlyList<int> layers)
    {
        if (layers.Count == 0) return artifact;
        int count = artifact.Encoder.LayerCount;
        if (layers.Any(layer => layer < 0 || layer >= count) || layers.Zip(layers.Skip(1)).Any(pair => pair.First >= pair.Second))
            throw new SettingsException($"keep-layers is {string.Join(",", layers)}; the base has the layers 0 to {count - 1}, expected some of them in rising order.");
        Dictionary<string, TensorData> weights = [];
        foreach ((string name, TensorData data) in artifact.Weights)
        {
            if (!name.StartsWith(Prefix, StringComparison.Ordinal))
            {
                weights.Add(name, data);
                continue;
            }
            int end = name.IndexOf('.', Prefix.Length), place = IndexOf(layers, int.Parse(name.AsSpan(Prefix.Length, end - Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture));
            if (place >= 0) weights.Add(Prefix + place.ToString(CultureInfo.InvariantCulture) + name[end..], data);
        }
        return artifact with { Encoder = artifact.Encoder with { LayerCount = layers.Count }, Weights = weights };
    }

    private static int IndexOf(IReadOnlyList<int> layers, int layer)
    {
        for (int i = 0; i < layers.Count; i++) if (layers[i] == layer) return i;
        return -1;
    }
}
