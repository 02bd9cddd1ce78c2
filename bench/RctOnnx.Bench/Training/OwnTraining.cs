using System.Diagnostics;
using RctOnnx.CommandLine;
using RctOnnx.Train.Batching;
using RctOnnx.Train.Modules;
using RctOnnx.Train.Training;
using TorchSharp;

namespace RctOnnx.Bench.Training;

/// <summary>The project's own loop, as <c>rctonnx-train train</c> runs it: bf16, log and learning rate schedule included.</summary>
internal sealed class OwnTraining(TrainingMaterial material) : ITrainingContestant, IWorkProgress, IDisposable
{
    private readonly SemaphoreSlim _allowed = new(0);
    private readonly SemaphoreSlim _done = new(0);
    private readonly CancellationTokenSource _stop = new();
    private readonly List<double> _seconds = [];
    private long _start;
    private int _stepCount;
    private Task? _loop;

    /// <inheritdoc/>
    public RoundResult Run(int stepCount)
    {
        _loop ??= Task.Factory.StartNew(Loop, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        int first = _seconds.Count;
        _stepCount = first + stepCount;
        _allowed.Release();
        if (WaitHandle.WaitAny([_done.AvailableWaitHandle, ((IAsyncResult)_loop).AsyncWaitHandle]) == 1) _loop.GetAwaiter().GetResult();
        _done.Wait();
        int[][] plan = BatchPlan.ForEpoch(material.Train.Tokens.Lengths(), material.Settings.Batch, material.Settings.Seed, 0);
        return material.Figures(plan[first.._stepCount], _seconds[first.._stepCount]);
    }

    /// <summary>After every step: the loop waits here between rounds.</summary>
    public void Advance(long count)
    {
        _seconds.Add(Stopwatch.GetElapsedTime(_start).TotalSeconds);
        if (_seconds.Count == _stepCount)
        {
            _done.Release();
            _allowed.Wait();
        }
        _start = Stopwatch.GetTimestamp();
    }

    /// <summary>The words of the bar are not shown.</summary>
    public void Describe(string text)
    {
    }

    public void Dispose()
    {
        _stop.Cancel();
        _allowed.Release();
        try
        {
            _loop?.Wait();
        }
        catch (AggregateException e) when (e.InnerException is OperationCanceledException)
        {
            // asked for above
        }
        _stop.Dispose();
        _done.Dispose();
        _allowed.Dispose();
    }

    private void Loop()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using ClassifierModel model = new(material.Base.Artifact.Encoder, material.Base.Artifact.Head, material.Base.Artifact.Labels.Count, material.Settings.Precision);
        model.LoadWeights(material.Base.Artifact.Weights);
        ClassificationTask task = new(material.Settings, model, torch.CPU, material.Train, null, padId: 0);
        using Trainer trainer = new(material.Settings.Loop, task, new RunFolder(material.Settings.Output), resumed: null);
        _allowed.Wait();
        _start = Stopwatch.GetTimestamp();
        trainer.Start(_stop.Token);
        trainer.Run(this, _stop.Token);
    }
}
