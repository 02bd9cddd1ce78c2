namespace RctOnnx.Runtime;

/// <summary>What is asked: a text or a pair. Equal ones have equal answers.</summary>
/// <param name="Text">The text, or the first of the pair.</param>
/// <param name="Second">The second of the pair, or null.</param>
internal readonly record struct ClassifierInput(string Text, string? Second);
