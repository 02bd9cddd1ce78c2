namespace RctOnnx.Data.Metrics;

/// <summary>Collects answers for <see cref="CalibrationMetrics"/> in constant memory.</summary>
public sealed class CalibrationCounter
{
    private readonly long[] _counts = new long[CalibrationMetrics.BinCount];
    private readonly long[] _right = new long[CalibrationMetrics.BinCount];
    private readonly double[] _confidences = new double[CalibrationMetrics.BinCount];
    private double _logarithms;

    /// <summary>Adds an answer.</summary>
    /// <param name="confidence">Probability of the answer, 0 to 1.</param>
    /// <param name="isRight">Whether it is the true label.</param>
    /// <param name="ofTruth">Probability of the true label.</param>
    public void Add(double confidence, bool isRight, double ofTruth)
    {
        int bin = Math.Clamp((int)Math.Ceiling(confidence * CalibrationMetrics.BinCount) - 1, 0, CalibrationMetrics.BinCount - 1);
        _counts[bin]++;
        _confidences[bin] += confidence;
        if (isRight) _right[bin]++;
        _logarithms -= Math.Log(Math.Max(ofTruth, double.Epsilon));
    }

    /// <summary>Of what was added; null where nothing was.</summary>
    public CalibrationMetrics? Result()
    {
        long total = _counts.Sum();
        if (total == 0) return null;
        ReliabilityBin[] bins = [.. _counts.Select((count, i) => new ReliabilityBin(
            (double)i / CalibrationMetrics.BinCount, (i + 1.0) / CalibrationMetrics.BinCount, count, count == 0 ? 0 : _confidences[i] / count, count == 0 ? 0 : (double)_right[i] / count))];
        return new CalibrationMetrics(bins.Sum(bin => bin.Count * Math.Abs(bin.Confidence - bin.Accuracy)) / total, _logarithms / total, bins);
    }
}
