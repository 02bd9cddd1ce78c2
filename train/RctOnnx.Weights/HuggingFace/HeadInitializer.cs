using RctOnnx.Onnx;

namespace RctOnnx.Weights.HuggingFace;

/// <summary>Initial weights of what a checkpoint lacks: normal with the encoder's initializer range, biases zero (BERT, Devlin et al. 2018); hidden layers with ReLU by their inputs (He et al. 2015), or little would pass several of them.</summary>
public static class HeadInitializer
{
    /// <summary>All weights, the missing ones of the head drawn from <paramref name="seed"/>.</summary>
    public static IReadOnlyDictionary<string, TensorData> Complete(
        EncoderConfig encoder, HeadConfig head, int labelCount, IReadOnlyDictionary<string, TensorData> weights, int seed) =>
        Complete(encoder, WeightShapes.Of(encoder, head, labelCount), weights, seed);

    /// <summary>All weights of a parts list, the missing ones drawn from <paramref name="seed"/>.</summary>
    public static IReadOnlyDictionary<string, TensorData> Complete(
        EncoderConfig encoder, IReadOnlyList<KeyValuePair<string, long[]>> shapes, IReadOnlyDictionary<string, TensorData> weights, int seed)
    {
        Dictionary<string, TensorData> complete = new(weights);
        Random random = new(seed);
        foreach ((string name, long[] shape) in shapes)
        {
            if (complete.ContainsKey(name)) continue;
            float[] values = new float[shape.Aggregate(1L, (product, extent) => product * extent)];
            if (name.EndsWith(".weight", StringComparison.Ordinal))
            {
                double deviation = name.StartsWith("head.hidden.", StringComparison.Ordinal) ? Math.Sqrt(2.0 / shape[0]) : encoder.InitializerRange;
                for (int i = 0; i < values.Length; i++) values[i] = (float)(Normal(random) * deviation);
            }
            complete[name] = TensorData.FromFloats(values, shape);
        }
        return complete;
    }

    // Box and Muller 1958; 1 - u keeps the logarithm away from zero.
    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
