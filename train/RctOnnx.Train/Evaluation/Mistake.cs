namespace RctOnnx.Train.Evaluation;

/// <summary>A row that was answered wrongly.</summary>
/// <param name="Row">Its number in the set, from 1.</param>
/// <param name="Text">The text.</param>
/// <param name="Pair">The second text, or null.</param>
/// <param name="Truth">Index of the true label.</param>
/// <param name="Answer">Index of the answer.</param>
/// <param name="Probability">Of the answer, as the file gives it.</param>
/// <param name="Tokens">That the model saw.</param>
internal sealed record Mistake(int Row, string Text, string? Pair, int Truth, int Answer, double Probability, int Tokens);
