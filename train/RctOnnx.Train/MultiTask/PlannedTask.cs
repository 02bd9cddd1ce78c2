using RctOnnx.Train.Settings;

namespace RctOnnx.Train.MultiTask;

/// <summary>One of several tasks of a run.</summary>
/// <param name="Name">Of the task.</param>
/// <param name="Settings">All of them, those for all tasks included.</param>
/// <param name="Weight">What its loss is multiplied by.</param>
public sealed record PlannedTask(string Name, TrainSettings Settings, double Weight);
