namespace RctOnnx.Runtime.Quantization;

/// <summary>How good answers to the dev texts are.</summary>
/// <param name="Name">Of the figure, such as "accuracy".</param>
/// <param name="Value">Its value for the answers to all dev texts in their order: larger is better, 1 is perfect.</param>
public sealed record DevFigure(string Name, Func<DevAnswers, double> Value);
