namespace RctOnnx.Data.Metrics;

/// <summary>Where a figure of a test set lies with a probability of 95 %, for other texts of the same kind.</summary>
/// <param name="Lower">Lower end.</param>
/// <param name="Upper">Upper end.</param>
public sealed record ConfidenceInterval(double Lower, double Upper)
{
    private const int Rounds = 1000;

    /// <summary>Percentile bootstrap over rows (Efron 1979), 1,000 rounds, the same in every run.</summary>
    /// <param name="truth">True label by row; at least one row.</param>
    /// <param name="predicted">Answer by row.</param>
    /// <param name="labelCount">Labels.</param>
    /// <param name="figure">What of the metrics.</param>
    public static ConfidenceInterval Bootstrap(IReadOnlyList<int> truth, IReadOnlyList<int> predicted, int labelCount, Func<ClassificationMetrics, double> figure)
    {
        Random random = new(17);
        double[] values = new double[Rounds];
        int[] sampledTruth = new int[truth.Count], sampledAnswers = new int[truth.Count];
        for (int round = 0; round < Rounds; round++)
        {
            for (int i = 0; i < truth.Count; i++)
            {
                int row = random.Next(truth.Count);
                (sampledTruth[i], sampledAnswers[i]) = (truth[row], predicted[row]);
            }
            values[round] = figure(ClassificationMetrics.Compute(sampledTruth, sampledAnswers, labelCount));
        }
        Array.Sort(values);
        return new ConfidenceInterval(values[(int)(0.025 * Rounds)], values[(int)(0.975 * Rounds) - 1]);
    }
}
