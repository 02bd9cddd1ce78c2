using RctOnnx.Train.Checkpointing;
using RctOnnx.Train.Training;
using Xunit;

namespace RctOnnx.Parity.Tests.Training;

/// <summary>Stops a run in the middle: as soon as its first checkpoint is there, which holds at least one step.</summary>
internal static class StopAtCheckpoint
{
    /// <summary>Runs until then, and sees to it that the run was neither at its start nor at its end.</summary>
    /// <param name="folder">Of the run, which writes a checkpoint after its first step.</param>
    /// <param name="steps">Steps of the whole run.</param>
    /// <param name="run">The run, which takes what stops it.</param>
    public static void Run(string folder, long steps, Action<CancellationToken> run)
    {
        using CancellationTokenSource stop = new();
        using ManualResetEventSlim isOver = new();
        Thread watch = new(() =>
        {
            while (!CheckpointFile.Exists(new RunFolder(folder).Last) && !isOver.Wait(TimeSpan.FromMilliseconds(1))) { }
            stop.Cancel();
        });
        watch.Start();
        try
        {
            Assert.ThrowsAny<OperationCanceledException>(() => run(stop.Token));
        }
        finally
        {
            isOver.Set();
            watch.Join();
        }
        Assert.InRange(CheckpointFile.Read(new RunFolder(folder).Last).State.Step, 1, steps - 1);
    }
}
