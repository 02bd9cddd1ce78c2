namespace RctOnnx.Runtime;

/// <summary>A part of a context that answers a question.</summary>
/// <param name="Text">The part, as it stands in the context.</param>
/// <param name="Start">Its first character in the context, counted in UTF-16 units as .NET's strings are.</param>
/// <param name="End">The place behind its last character.</param>
/// <param name="Score">Probability of its first token times that of its last, over [CLS] and the context's tokens in all windows.</param>
public sealed record AnswerSpan(string Text, int Start, int End, float Score);
