using RctOnnx.Onnx;

namespace RctOnnx.Train.Examples;

/// <summary>
/// Values of a regression as the model learns them: less their mean, by their deviation, so that the learning rate suits any unit.
/// The exported file has the way back in its last layer: it answers in the unit of the data at no cost.
/// </summary>
/// <param name="Mean">Of the training values.</param>
/// <param name="Deviation">Standard deviation of the training values; 1 where all are the same.</param>
internal sealed record ValueScale(double Mean, double Deviation)
{
    /// <summary>Of training values.</summary>
    public static ValueScale Of(IReadOnlyList<float> values)
    {
        double mean = values.Average(), deviation = Math.Sqrt(values.Average(value => (value - mean) * (value - mean)));
        return new ValueScale(mean, deviation > 0 ? deviation : 1);
    }

    /// <summary>Values as the model learns them.</summary>
    public float[] Scale(IEnumerable<float> values) => [.. values.Select(value => (float)((value - Mean) / Deviation))];

    /// <summary>Weights that answer in the unit of the data, out of those that were trained.</summary>
    /// <param name="weights">All weights.</param>
    /// <param name="prefix">What stands before the names of the head's.</param>
    public IReadOnlyDictionary<string, TensorData> Fold(IReadOnlyDictionary<string, TensorData> weights, string prefix = "") => Changed(weights, Deviation, Mean, prefix);

    /// <summary>The way back: weights to train further.</summary>
    public IReadOnlyDictionary<string, TensorData> Unfold(IReadOnlyDictionary<string, TensorData> weights) => Changed(weights, 1 / Deviation, -Mean / Deviation, "");

    private static Dictionary<string, TensorData> Changed(IReadOnlyDictionary<string, TensorData> weights, double factor, double offset, string prefix)
    {
        string weight = TensorNames.Weight(prefix + TensorNames.HeadOutput), bias = TensorNames.Bias(prefix + TensorNames.HeadOutput);
        return new Dictionary<string, TensorData>(weights)
        {
            [weight] = TensorData.FromFloats([.. weights[weight].ToFloats().Select(value => (float)(value * factor))], [.. weights[weight].Shape]),
            [bias] = TensorData.FromFloats([.. weights[bias].ToFloats().Select(value => (float)((value * factor) + offset))], [.. weights[bias].Shape]),
        };
    }
}
