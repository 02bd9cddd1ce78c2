namespace RctOnnx.Data.Metrics;

/// <summary>Answers of like confidence.</summary>
/// <param name="Lower">Lower edge of the bin, left out of it but for the first.</param>
/// <param name="Upper">Upper edge, part of it.</param>
/// <param name="Count">Answers in it.</param>
/// <param name="Confidence">Their mean confidence; 0 where there are none.</param>
/// <param name="Accuracy">The share of them that is right; 0 where there are none.</param>
public sealed record ReliabilityBin(double Lower, double Upper, long Count, double Confidence, double Accuracy);
