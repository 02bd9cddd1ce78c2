namespace RctOnnx.Data.Metrics;

/// <summary>Whether probabilities are shares of right answers.</summary>
/// <param name="ExpectedCalibrationError">Mean distance of confidence and accuracy over the bins, by their counts (Naeini et al. 2015; Guo et al. 2017).</param>
/// <param name="NegativeLogLikelihood">Mean −log of the true label's probability, nats.</param>
/// <param name="Bins">Of equal width in confidence.</param>
public sealed record CalibrationMetrics(double ExpectedCalibrationError, double NegativeLogLikelihood, IReadOnlyList<ReliabilityBin> Bins)
{
    /// <summary>Bins of Guo et al. 2017.</summary>
    public const int BinCount = 15;

    /// <summary>Of the most probable labels of a softmax over logits / temperature.</summary>
    /// <param name="logits">[rows, labels].</param>
    /// <param name="classes">True label by row; at least one row.</param>
    /// <param name="labelCount">Labels.</param>
    /// <param name="temperature">Divides the logits.</param>
    /// <exception cref="ArgumentException">There are no rows, or logits and classes do not fit together.</exception>
    public static CalibrationMetrics Compute(IReadOnlyList<float> logits, IReadOnlyList<int> classes, int labelCount, double temperature = 1)
    {
        TemperatureScaling.Check(logits, classes, labelCount);
        CalibrationCounter counter = new();
        double[] scores = new double[labelCount];
        for (int row = 0; row < classes.Count; row++)
        {
            int answer = TemperatureScaling.Softmax(logits, row, labelCount, temperature, scores);
            counter.Add(scores[answer], answer == classes[row], scores[classes[row]]);
        }
        return counter.Result()!;
    }
}
