namespace RctOnnx.Train.Evaluation;

/// <summary>How well texts of like length are answered.</summary>
/// <param name="From">Fewest tokens.</param>
/// <param name="To">Most tokens.</param>
/// <param name="Count">Texts.</param>
/// <param name="Accuracy">Share of right answers.</param>
internal sealed record LengthAccuracy(int From, int To, long Count, double Accuracy);
