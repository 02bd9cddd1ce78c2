namespace RctOnnx.Runtime;

/// <summary>A prompt and the texts of which one goes with it.</summary>
/// <param name="Prompt">Read before each text.</param>
/// <param name="Choices">The texts, two at least.</param>
public readonly record struct ChoiceQuestion(string Prompt, IReadOnlyList<string> Choices);
