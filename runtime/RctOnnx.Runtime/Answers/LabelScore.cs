namespace RctOnnx.Runtime;

/// <summary>A label with its score.</summary>
/// <param name="Label">Its name.</param>
/// <param name="Score">Probability, or the value itself for regression.</param>
public readonly record struct LabelScore(string Label, float Score);
