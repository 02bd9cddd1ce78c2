namespace RctOnnx.Runtime;

/// <summary>A question and the text that its answer stands in.</summary>
/// <param name="Text">The question.</param>
/// <param name="Context">Where the answer is looked for.</param>
public readonly record struct Question(string Text, string Context);
