using System.Globalization;

namespace RctOnnx.Train.Comparison;

/// <summary>Mean and sample standard deviation of a figure over seeds.</summary>
/// <param name="Mean">Of all values.</param>
/// <param name="Deviation">With n − 1 in the denominator; null of a single value.</param>
internal readonly record struct Spread(double Mean, double? Deviation)
{
    /// <summary>That of some values, at least one.</summary>
    public static Spread Of(IReadOnlyList<double> values)
    {
        double mean = values.Average();
        return new Spread(mean, values.Count < 2 ? null : Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Count - 1)));
    }

    /// <summary>"mean" or "mean ± deviation", both times <paramref name="scale"/>.</summary>
    public string ToText(string format, double scale = 1)
    {
        string text = (Mean * scale).ToString(format, CultureInfo.InvariantCulture);
        return Deviation is { } deviation ? $"{text} ± {(deviation * scale).ToString(format, CultureInfo.InvariantCulture)}" : text;
    }
}
