namespace RctOnnx.Runtime;

/// <summary>A span of the pieces of a context.</summary>
/// <param name="First">Its first piece.</param>
/// <param name="Last">Its last piece.</param>
/// <param name="Logit">The logit of the first as a start and of the last as an end, added.</param>
/// <param name="Probability">The product of their probabilities.</param>
public readonly record struct FoundSpan(int First, int Last, double Logit, double Probability);
