namespace RctOnnx.Data;

/// <summary>A right answer.</summary>
/// <param name="Text">As it stands in the context.</param>
/// <param name="Start">Its first code point in the context.</param>
public readonly record struct GoldAnswer(string Text, int Start);
