namespace RctOnnx.Train.Training;

/// <summary>An evaluation during training.</summary>
/// <param name="Loss">Mean loss.</param>
/// <param name="Watched">The value that decides about best and early stopping.</param>
/// <param name="Accuracy">Share of right answers, where the task has it.</param>
/// <param name="MacroF1">Mean F1 of the labels, where the task has it.</param>
/// <param name="Tasks">Of several tasks the value of each, by name; null for one.</param>
internal sealed record DevFigures(double Loss, double Watched, double? Accuracy = null, double? MacroF1 = null, IReadOnlyDictionary<string, double>? Tasks = null);
