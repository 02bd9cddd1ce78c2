namespace RctOnnx.Onnx;

/// <summary>How often which values came: first the range is told by <see cref="Widen"/>, then values are counted.</summary>
public sealed class ActivationHistogram
{
    private const int BinCount = 2048;
    private const int CutCount = 24;

    private readonly long[] _bins = new long[BinCount];

    /// <summary>Smallest value seen.</summary>
    public float Lowest { get; private set; }

    /// <summary>Largest value seen.</summary>
    public float Highest { get; private set; }

    /// <summary>Widens the range to hold the values; they are not counted.</summary>
    public void Widen(ReadOnlySpan<float> values)
    {
        foreach (float value in values) (Lowest, Highest) = (Math.Min(Lowest, value), Math.Max(Highest, value));
    }

    /// <summary>Counts values inside the range.</summary>
    public void Count(ReadOnlySpan<float> values)
    {
        float perUnit = Highest > Lowest ? BinCount / (Highest - Lowest) : 0;
        foreach (float value in values) _bins[Math.Clamp((int)((value - Lowest) * perUnit), 0, BinCount - 1)]++;
    }

    /// <summary>The whole range.</summary>
    public InputQuantization MinMax() => InputQuantization.OfRange(Lowest, Highest);

    /// <summary>The range without the rarest values; half of them are cut at each end.</summary>
    /// <param name="share">Share of values that is kept, 0 to 1.</param>
    public InputQuantization Percentile(double share)
    {
        double tail = _bins.Sum() * (1 - share) / 2;
        int first = 0, last = BinCount - 1;
        for (double seen = _bins[first]; seen < tail && first < last; seen += _bins[++first]) { }
        for (double seen = _bins[last]; seen < tail && last > first; seen += _bins[--last]) { }
        return InputQuantization.OfRange(Edge(first), Edge(last + 1));
    }

    /// <summary>The range of the least mean squared error: steps inside it, clipping outside (Choukroun et al. 2019).</summary>
    public InputQuantization LeastSquares()
    {
        (double Error, double Low, double High) best = (double.MaxValue, Lowest, Highest);
        for (int low = 0; low < CutCount; low++)
            for (int high = 0; high < CutCount; high++)
            {
                double from = Lowest * (CutCount - low) / CutCount, to = Highest * (CutCount - high) / CutCount;
                double error = SquaredError(from, to);
                if (error < best.Error) best = (error, from, to);
            }
        return InputQuantization.OfRange(best.Low, best.High);
    }

    private double SquaredError(double from, double to)
    {
        double step = (to - from) / byte.MaxValue, rounding = step * step / 12, sum = 0;
        for (int i = 0; i < BinCount; i++)
        {
            double value = (Edge(i) + Edge(i + 1)) / 2, outside = value < from ? from - value : Math.Max(value - to, 0);
            sum += _bins[i] * (outside > 0 ? outside * outside : rounding);
        }
        return sum;
    }

    private double Edge(int bin) => Lowest + ((double)Highest - Lowest) * bin / BinCount;
}
