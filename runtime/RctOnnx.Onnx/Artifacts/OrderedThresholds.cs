namespace RctOnnx.Onnx;

/// <summary>
/// Ordered labels out of one score s: P(label ≤ k) = σ(t_k − s) with thresholds t_0 &lt; t_1 &lt; … (McCullagh 1980). The logarithm
/// of a label's probability is −softplus(s − t_k) − softplus(t_{k−1} − s) + log(1 − exp(t_{k−1} − t_k)), whose last part does not
/// depend on the text: no difference of nearly equal numbers is taken, however far the score lies from the label.
/// </summary>
public static class OrderedThresholds
{
    /// <summary>Stands for a threshold below or above all scores: softplus of it is 0.</summary>
    internal const float Far = 1e6f;

    /// <summary>The thresholds that <see cref="TensorNames.HeadThresholds"/> holds.</summary>
    public static double[] Of(ReadOnlySpan<float> stored)
    {
        double[] thresholds = new double[stored.Length];
        for (int i = 0; i < stored.Length; i++) thresholds[i] = i == 0 ? stored[0] : thresholds[i - 1] + Math.Exp(stored[i]);
        return thresholds;
    }

    /// <summary>What <see cref="TensorNames.HeadThresholds"/> holds for rising thresholds.</summary>
    public static float[] Store(IReadOnlyList<double> thresholds) =>
        [.. thresholds.Select((threshold, i) => (float)(i == 0 ? threshold : Math.Log(threshold - thresholds[i - 1])))];

    /// <summary>By label, the part of the logarithm that does not depend on the text.</summary>
    internal static float[] Constants(ReadOnlySpan<float> stored)
    {
        double[] all = [-Far, .. Of(stored), Far];
        return [.. Enumerable.Range(0, all.Length - 1).Select(k => (float)Math.Log(-double.ExpM1(all[k] - all[k + 1])))];
    }
}
