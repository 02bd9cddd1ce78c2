using RctOnnx.CommandLine;

namespace RctOnnx.Train.Training;

/// <summary>The steps of a run before the eyes of people.</summary>
internal static class TrainingProgress
{
    /// <summary>Trains from where the trainer stands to its end.</summary>
    /// <param name="trainer">What trains.</param>
    /// <param name="title">What is done, for the line of progress.</param>
    /// <param name="total">Rows that are left; null where the end is not known in rows.</param>
    /// <param name="unit">What a row is.</param>
    /// <param name="goOn">What a person does to go on after a stop.</param>
    /// <param name="say">Takes messages for people.</param>
    /// <param name="token">Stops the run; it can be resumed.</param>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static void Run(Trainer trainer, string title, long? total, string unit, string goOn, Action<string> say, CancellationToken token)
    {
        try
        {
            trainer.Start(token);
            ConsoleProgress.Run(title, total, unit, progress =>
            {
                trainer.Run(progress, token);
                return true;
            });
        }
        catch (OperationCanceledException)
        {
            say($"Stopped at step {trainer.State.Step}; {goOn}");
            throw;
        }
    }

    /// <summary>Rows from where the trainer stands to its last step.</summary>
    public static long RowsLeft(Trainer trainer) => Math.Max(trainer.RowsOf(trainer.StepCount) - trainer.RowsOf(trainer.State.Step), 0);
}
