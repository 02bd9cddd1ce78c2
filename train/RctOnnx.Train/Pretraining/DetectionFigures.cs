namespace RctOnnx.Train.Pretraining;

/// <summary>How well replaced tokens are told from those that stood there.</summary>
/// <param name="Loss">Mean binary cross-entropy of a token, nats.</param>
/// <param name="Accuracy">Share of tokens that are told right.</param>
/// <param name="ReplacedShare">Share of tokens that are replaced: what is left to 1 is the accuracy of always saying "original".</param>
/// <param name="Recall">Share of the replaced tokens that are found.</param>
internal sealed record DetectionFigures(double Loss, double Accuracy, double ReplacedShare, double Recall);
