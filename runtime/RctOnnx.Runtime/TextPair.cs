namespace RctOnnx.Runtime;

/// <summary>Two texts that the model reads together, for example a claim and its source; the order counts.</summary>
/// <param name="First">The text after [CLS], token type 0.</param>
/// <param name="Second">The text after the first [SEP], token type 1.</param>
public readonly record struct TextPair(string First, string Second);
