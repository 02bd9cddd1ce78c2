namespace RctOnnx.Runtime;

/// <summary>Logits to probabilities that add up to 1, summed in double.</summary>
internal static class Softmax
{
    /// <summary>Writes the probability of each logit.</summary>
    public static void Write(ReadOnlySpan<float> logits, Span<double> scores, double temperature = 1)
    {
        double highest = double.NegativeInfinity, sum = 0;
        foreach (float logit in logits) highest = Math.Max(highest, logit);
        for (int i = 0; i < scores.Length; i++) sum += scores[i] = Math.Exp((logits[i] - highest) / temperature);
        for (int i = 0; i < scores.Length; i++) scores[i] /= sum;
    }
}
