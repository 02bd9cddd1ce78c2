using RctOnnx.Onnx;

namespace RctOnnx.Runtime;

/// <summary>How much of a text is looked at.</summary>
/// <param name="MaxLength">Longest sequence in tokens, special tokens included.</param>
/// <param name="Policy">What happens to longer texts.</param>
/// <param name="Overlap">Tokens that neighbouring windows share.</param>
/// <param name="MaxCharacters">Characters above which a text is refused unread; for a pair, of both together.</param>
internal sealed record TextLimits(int MaxLength, LongTextPolicy Policy, int Overlap, int MaxCharacters);
