using RctOnnx.Onnx;
using RctOnnx.Train.Batching;

namespace RctOnnx.Train.Bases;

/// <summary>
/// The floating point weights of an int8 file as a start for training. Its weights stand exactly on the steps of their scale, and
/// fine-tuning moves most of them by less than half a step: rounded to int8 again they would all fall back, and what was learnt would be
/// gone. So each is drawn evenly from the step it was rounded to (dither, Schuchman 1964), and rounding keeps a small move in that
/// share of the weights which crosses a border. The noise is as large as that of the first rounding.
/// </summary>
internal static class DitheredWeights
{
    /// <summary>The artifact in floating point; one without int8 weights as it is.</summary>
    /// <param name="stored">As read from the file.</param>
    /// <param name="frozen">Names of weights that training leaves alone: they are only multiplied out.</param>
    /// <param name="seed">Of the draws, which no other setting changes.</param>
    public static ModelArtifact Of(ModelArtifact stored, IReadOnlySet<string> frozen, long seed)
    {
        ModelArtifact plain = ModelQuantizer.Dequantize(stored);
        if (plain == stored) return stored;
        Dictionary<string, TensorData> weights = new(plain.Weights);
        SeededOrder random = new(seed, epoch: 0);
        foreach (string layer in QuantizationPoints.Of(stored).SelectMany(point => point.Value))
        {
            string name = TensorNames.Weight(layer);
            if (!frozen.Contains(name) && stored.Weights[name].Scales is { } scales) weights[name] = Drawn(weights[name], scales, random);
        }
        return plain with { Weights = weights };
    }

    /// <summary>What a person is told.</summary>
    /// <param name="path">The int8 file.</param>
    public static string Note(string path) => $"'{path}' is int8: training starts in fp32, each weight drawn from the step it was rounded to, so that rounding again keeps what is learnt.";

    private static TensorData Drawn(TensorData weight, QuantizationScales scales, SeededOrder random)
    {
        float[] values = weight.ToFloats();
        int columns = (int)weight.Shape[1];
        for (int i = 0; i < values.Length; i++)
            values[i] += (float)(random.NextDouble() - 0.5) * scales.Values[scales.Axis == 0 ? i / columns : i % columns];
        return TensorData.FromFloats(values, [.. weight.Shape]);
    }
}
