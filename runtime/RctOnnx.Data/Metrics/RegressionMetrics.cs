namespace RctOnnx.Data.Metrics;

/// <summary>Metrics of real-valued predictions, as scikit-learn and SciPy compute them.</summary>
/// <param name="MeanSquaredError">Mean of squared differences.</param>
/// <param name="MeanAbsoluteError">Mean of absolute differences.</param>
/// <param name="R2">1 - squared error / variance of the truth.</param>
/// <param name="Pearson">Linear correlation.</param>
/// <param name="Spearman">Correlation of ranks; equal values share their mean rank.</param>
/// <param name="Count">Number of examples.</param>
public sealed record RegressionMetrics(double MeanSquaredError, double MeanAbsoluteError, double R2, double Pearson, double Spearman, long Count)
{
    /// <summary>Metrics of predictions against the truth. Correlations of a constant list are NaN.</summary>
    /// <exception cref="ArgumentException">The lists have different lengths or are empty.</exception>
    public static RegressionMetrics Compute(IReadOnlyList<double> truth, IReadOnlyList<double> predicted)
    {
        if (truth.Count != predicted.Count) throw new ArgumentException($"{predicted.Count} predictions for {truth.Count} examples.", nameof(predicted));
        if (truth.Count == 0) throw new ArgumentException("There are no examples.", nameof(truth));
        double mean = truth.Average();
        double squared = truth.Zip(predicted, (t, p) => (t - p) * (t - p)).Sum(), variance = truth.Sum(t => (t - mean) * (t - mean));
        return new RegressionMetrics(
            squared / truth.Count,
            truth.Zip(predicted, (t, p) => Math.Abs(t - p)).Average(),
            1 - squared / variance,
            Correlation(truth, predicted),
            Correlation(Ranks(truth), Ranks(predicted)),
            truth.Count);
    }

    private static double Correlation(IReadOnlyList<double> a, IReadOnlyList<double> b)
    {
        double meanA = a.Average(), meanB = b.Average(), product = 0, squareA = 0, squareB = 0;
        for (int i = 0; i < a.Count; i++)
        {
            product += (a[i] - meanA) * (b[i] - meanB);
            squareA += (a[i] - meanA) * (a[i] - meanA);
            squareB += (b[i] - meanB) * (b[i] - meanB);
        }
        return product / Math.Sqrt(squareA * squareB);
    }

    private static double[] Ranks(IReadOnlyList<double> values)
    {
        int[] order = [.. Enumerable.Range(0, values.Count).OrderBy(i => values[i])];
        double[] ranks = new double[values.Count];
        for (int start = 0; start < order.Length;)
        {
            int end = start + 1;
            while (end < order.Length && values[order[end]] == values[order[start]]) end++;
            for (int i = start; i < end; i++) ranks[order[i]] = (start + end + 1) / 2.0;
            start = end;
        }
        return ranks;
    }
}
