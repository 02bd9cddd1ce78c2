namespace RctOnnx.Bench.Training;

/// <summary>The middle value.</summary>
internal static class Median
{
    /// <summary>Of at least one value; the mean of the two in the middle of an even number.</summary>
    public static double Of(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
