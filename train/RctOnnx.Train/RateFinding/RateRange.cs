namespace RctOnnx.Train.RateFinding;

/// <summary>
/// The rates of a learning-rate range test (Smith 2017, arXiv:1506.01186) and what its losses suggest: pure functions. Smoothing (0.98, with the
/// start corrected) and the end at four times the lowest loss are fastai's.
/// </summary>
/// <param name="Lowest">First rate.</param>
/// <param name="Highest">Last rate.</param>
/// <param name="StepCount">Steps between them; each multiplies the rate by the same factor.</param>
internal sealed record RateRange(double Lowest, double Highest, int StepCount)
{
    private const double Memory = 0.98, Divergence = 4;

    // The first losses are averages of almost nothing: their slopes say little.
    private const int LeastSteps = 10;

    /// <summary>Refuses a range that cannot be searched.</summary>
    /// <exception cref="SettingsException">A bound or the count is wrong.</exception>
    public void Validate()
    {
        if (!(Lowest > 0 && Highest > Lowest && double.IsFinite(Highest)))
            throw new SettingsException($"The rates go from {Lowest} to {Highest}; expected two positive numbers, the lower one first, such as 1e-6 and 1e-1.");
        if (StepCount < 2 * LeastSteps) throw new SettingsException($"--range-steps is {StepCount}, expected {2 * LeastSteps} or more.");
    }

    /// <summary>The rate of a step, from 0.</summary>
    public double At(int step) => Lowest * Math.Pow(Highest / Lowest, (double)step / (StepCount - 1));

    /// <summary>The losses so far with one more.</summary>
    public RatePoint Next(IReadOnlyList<RatePoint> before, double loss)
    {
        // The running average without its correction is rebuilt from the corrected one.
        double old = before.Count == 0 ? 0 : before[^1].Smoothed * (1 - Math.Pow(Memory, before.Count));
        return new RatePoint(At(before.Count), loss, ((Memory * old) + ((1 - Memory) * loss)) / (1 - Math.Pow(Memory, before.Count + 1)));
    }

    /// <summary>Whether the last loss is so far above the lowest one that higher rates will tell nothing.</summary>
    public static bool IsOver(IReadOnlyList<RatePoint> points) =>
        points.Count > LeastSteps && (!double.IsFinite(points[^1].Loss) || points[^1].Smoothed > Divergence * points.Skip(LeastSteps).Min(point => point.Smoothed));

    /// <summary>The rate where the smoothed loss falls most steeply over the logarithm of the rate; null where it never falls.</summary>
    public static double? Steepest(IReadOnlyList<RatePoint> points)
    {
        RatePoint[] all = Usable(points);
        double best = 0;
        double? rate = null;
        for (int i = 1; i + 1 < all.Length; i++)
        {
            double slope = (all[i + 1].Smoothed - all[i - 1].Smoothed) / Math.Log(all[i + 1].Rate / all[i - 1].Rate);
            if (slope < best) (best, rate) = (slope, all[i].Rate);
        }
        return rate;
    }

    /// <summary>A tenth of the rate with the lowest smoothed loss: a rate from which training is safe.</summary>
    public static double TenthOfLowest(IReadOnlyList<RatePoint> points) => Usable(points).MinBy(point => point.Smoothed)!.Rate / 10;

    private static RatePoint[] Usable(IReadOnlyList<RatePoint> points) => [.. points.Skip(LeastSteps - 1).Where(point => double.IsFinite(point.Smoothed))];
}
