using RctOnnx.Train.Training;

namespace RctOnnx.Train.MultiTask;

/// <summary>What a run over several tasks has to show for one of them.</summary>
/// <param name="Name">Of the task.</param>
/// <param name="Outcome">Its figures; its model is that of the task alone, with the proof of all.</param>
internal sealed record TaskOutcome(string Name, TrainingOutcome Outcome);
