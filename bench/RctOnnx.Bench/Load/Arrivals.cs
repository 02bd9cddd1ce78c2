namespace RctOnnx.Bench.Load;

/// <summary>When texts are due in an open loop. Pure.</summary>
internal static class Arrivals
{
    /// <summary>Moments from 0 up to <paramref name="length"/> of a Poisson process: gaps are exponential and independent of all answers.</summary>
    /// <param name="rate">Arrivals a second.</param>
    /// <param name="length">Time in which they fall.</param>
    /// <param name="seed">Of the generator.</param>
    public static TimeSpan[] Poisson(double rate, TimeSpan length, int seed)
    {
        Random random = new(seed);
        List<TimeSpan> moments = [];
        for (double at = Gap(); at < length.TotalSeconds; at += Gap()) moments.Add(TimeSpan.FromSeconds(at));
        return [.. moments];

        double Gap() => -Math.Log(1 - random.NextDouble()) / rate;
    }
}
