namespace RctOnnx.Runtime;

/// <summary>Two texts that a model judges together.</summary>
/// <param name="First">Read as token type 0.</param>
/// <param name="Second">Read as token type 1.</param>
public sealed record TextPair(string First, string Second);
