using RctOnnx.Train.Evaluation;

namespace RctOnnx.Train.Training;

/// <summary>A test set before and after training.</summary>
/// <param name="Name">Of the set.</param>
/// <param name="LabelCount">Answers a row.</param>
/// <param name="Untrained">The base with a fresh head.</param>
/// <param name="Trained">What is exported.</param>
/// <param name="Analysis">What stands behind the figures; null where rows have no one class.</param>
internal sealed record TestFigures(string Name, int LabelCount, EvaluationResult Untrained, EvaluationResult Trained, SetAnalysis? Analysis);
