namespace RctOnnx.Bench.Figures;

/// <summary>Figures over repeated measurements. Pure.</summary>
public static class Samples
{
    /// <summary>The middle value, or the mean of the two middle ones.</summary>
    /// <exception cref="ArgumentException">There are no values.</exception>
    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = Sorted(values);
        int middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /// <summary>The smallest value that at least <paramref name="percent"/> of the values do not exceed (nearest rank).</summary>
    /// <param name="values">The measurements, in any order.</param>
    /// <param name="percent">Above 0, at most 100.</param>
    /// <exception cref="ArgumentException">There are no values.</exception>
    public static double Percentile(IEnumerable<double> values, double percent)
    {
        double[] sorted = Sorted(values);
        return sorted[Math.Max((int)Math.Ceiling(percent / 100 * sorted.Length), 1) - 1];
    }

    /// <summary>The share of places at which both lists have the same value.</summary>
    /// <exception cref="ArgumentException">The lists are empty or not of one length.</exception>
    public static double Agreement<T>(IReadOnlyList<T> first, IReadOnlyList<T> second)
    {
        if (first.Count == 0 || first.Count != second.Count) throw new ArgumentException($"{first.Count} and {second.Count} values cannot be compared.");
        return first.Zip(second).Count(pair => EqualityComparer<T>.Default.Equals(pair.First, pair.Second)) / (double)first.Count;
    }

    /// <summary>The place of the largest value, the first of equal ones.</summary>
    public static int IndexOfLargest(ReadOnlySpan<float> values)
    {
        int best = 0;
        for (int i = 1; i < values.Length; i++)
            if (values[i] > values[best]) best = i;
        return best;
    }

    private static double[] Sorted(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length > 0 ? sorted : throw new ArgumentException("There is nothing to sum up.", nameof(values));
    }
}
