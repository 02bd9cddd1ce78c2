namespace RctOnnx.Data.Metrics;

/// <summary>Precision, recall and F1 of one class or of an average; 0 where the denominator is 0 (scikit-learn's zero_division=0).</summary>
/// <param name="Precision">True positives of all that were predicted so.</param>
/// <param name="Recall">True positives of all that are so.</param>
/// <param name="F1">Harmonic mean of the two.</param>
/// <param name="Support">Number of examples that are so.</param>
public sealed record ClassMetrics(double Precision, double Recall, double F1, long Support);
