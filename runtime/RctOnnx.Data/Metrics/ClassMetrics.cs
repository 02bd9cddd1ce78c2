namespace RctOnnx.Data.Metrics;

/// <summary>Precision, recall and F1 of one class or of an average; 0 where the denominator is 0 (scikit-learn's zero_division=0).</summary>
/// <param name="Precision">True positives of all that were predicted so.</param>
/// <param name="Recall">True positives of all that are so.</param>
/// <param name="F1">Harmonic mean of the two.</param>
/// <param name="Support">Number of examples that are so.</param>
public sealed record ClassMetrics(double Precision, double Recall, double F1, long Support)
{
    /// <summary>From counts of true positives, of all that were predicted so, and of all that are so.</summary>
    internal static ClassMetrics Of(long right, long guessed, long actual) =>
        new(Ratio(right, guessed), Ratio(right, actual), Ratio(2 * right, guessed + actual), actual);

    internal static double Ratio(long part, long whole) => whole == 0 ? 0 : (double)part / whole;
}
