using System.Diagnostics;
using System.Globalization;
using RctOnnx.CommandLine;
using RctOnnx.Onnx;
using RctOnnx.Train.Batching;
using RctOnnx.Train.Checkpointing;
using RctOnnx.Train.Evaluation;
using RctOnnx.Train.Examples;
using RctOnnx.Train.Losses;
using RctOnnx.Train.Modules;
using RctOnnx.Train.Optimization;
using RctOnnx.Train.Schedules;
using RctOnnx.Train.Settings;
using TorchSharp;
using static TorchSharp.torch;

namespace RctOnnx.Train.Training;

/// <summary>The training loop: batch, forward, loss, backward, clip, step, log, evaluate, save. On the CPU a resumed run takes the very steps of one that was never stopped.</summary>
internal sealed class Trainer : IDisposable
{
    private readonly TrainSettings _settings;
    private readonly ClassifierModel _model;
    private readonly Device _device;
    private readonly ExampleSet _train;
    private readonly ExampleSet? _dev;
    private readonly int _padId;
    private readonly RunFolder _folder;
    private readonly RunLog _log;
    private readonly int[] _lengths;
    private readonly TaskLoss _loss;
    private readonly AdamOptimizer _optimizer;
    private readonly LearningRateSchedule _schedule;
    private readonly int _stepsPerEpoch;

    public Trainer(TrainSettings settings, ClassifierModel model, Device device, ExampleSet train, ExampleSet? dev, int padId, RunFolder folder, RunCheckpoint? resumed)
    {
        (_settings, _model, _device, _train, _dev, _padId, _folder) = (settings, model, device, train, dev, padId, folder);
        _lengths = train.Tokens.Lengths();
        int batchCount = (_lengths.Length + settings.Batch - 1) / settings.Batch;
        _stepsPerEpoch = (batchCount + settings.Accumulation - 1) / settings.Accumulation;
        StepCount = settings.Steps ?? checked(_stepsPerEpoch * settings.Epochs);
        _schedule = new LearningRateSchedule
        {
            Kind = settings.Schedule,
            Peak = settings.LearningRate,
            WarmupStepCount = settings.WarmupSteps ?? StepCount / 10,
            TotalStepCount = StepCount,
        };
        _schedule.Validate();
        _loss = new TaskLoss(ProblemType.SingleLabel, model.LabelCount, new TaskLossOptions
        {
            LabelSmoothing = settings.LabelSmoothing,
            ClassWeights = settings.ClassWeights == ClassWeighting.Auto ? Balanced(train.Classes, model.LabelCount) : null,
        });
        _optimizer = new AdamOptimizer(ParameterGroups.Of(model.Parameters(), settings.WeightDecay), new AdamOptions { DecoupledDecay = settings.Optimizer == OptimizerKind.AdamW });
        State = new RunState { Step = 0, Epoch = 0, BatchIndex = 0, SettingsHash = SettingsJson.Hash(settings), DataHash = train.Hash };
        if (resumed is null) manual_seed(settings.Seed);
        else Restore(resumed);
        _log = new RunLog(folder, State.Step);
    }

    /// <summary>Steps of the whole run.</summary>
    public int StepCount { get; }

    /// <summary>Where the run stands.</summary>
    public RunState State { get; private set; }

    /// <summary>What was logged.</summary>
    public IReadOnlyList<RunLogEntry> Log => _log.Entries;

    /// <summary>Rows that the whole run passes, about: a last batch may be smaller.</summary>
    public long RowsOf(long steps) => Math.Min(steps * _settings.Batch * _settings.Accumulation, (long)(steps / (double)_stepsPerEpoch * _lengths.Length));

    /// <summary>Trains to the end, to early stopping, or to cancellation, which leaves a checkpoint.</summary>
    /// <exception cref="OperationCanceledException">Stopped; the checkpoint is written.</exception>
    /// <exception cref="GateException">The loss is no number any more.</exception>
    public void Run(IWorkProgress progress, CancellationToken token)
    {
        _model.train();
        int[][] batches = [];
        int planned = -1;
        EvaluateAndSave(token); // due where the run was stopped during an evaluation
        while (State.Step < StepCount && !IsStoppedEarly)
        {
            if (token.IsCancellationRequested)
            {
                SaveLast();
                token.ThrowIfCancellationRequested();
            }
            if (planned != State.Epoch)
                (batches, planned) = (BatchPlan.ForEpoch(_lengths, _settings.Batch, _settings.Seed, State.Epoch), State.Epoch);
            long start = Stopwatch.GetTimestamp();
            int[][] window = batches[State.BatchIndex..Math.Min(State.BatchIndex + _settings.Accumulation, batches.Length)];
            double rate = _schedule.At(State.Step);
            (double loss, double norm) = Step(window, rate);
            int rowCount = window.Sum(batch => batch.Length), next = State.BatchIndex + window.Length;
            double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            State = State with
            {
                Step = State.Step + 1,
                Epoch = next < batches.Length ? State.Epoch : State.Epoch + 1,
                BatchIndex = next < batches.Length ? next : 0,
                Seconds = State.Seconds + seconds,
            };
            _log.Add(new RunLogEntry { Kind = "train", Step = State.Step, Epoch = Epoch, Loss = loss, LearningRate = rate, GradientNorm = norm, SentencesPerSecond = rowCount / seconds });
            progress.Advance(rowCount);
            progress.Describe(string.Create(CultureInfo.InvariantCulture, $"epoch {Epoch:F2}, loss {loss:F3}"));
            EvaluateAndSave(token);
        }
    }

    private double Epoch => State.Epoch + (double)State.BatchIndex * _settings.Batch / _lengths.Length;

    private bool IsStoppedEarly => _settings.Patience is { } patience && State.EvaluationsSinceBest >= patience;

    public void Dispose()
    {
        _log.Dispose();
        _optimizer.Dispose();
    }

    /// <summary>One update from all batches of a window; the gradients are those of one large batch.</summary>
    private (double Loss, double GradientNorm) Step(int[][] window, double learningRate)
    {
        TaskTargets[] targets = [.. window.Select(_train.Targets)];
        double weight = targets.Sum(_loss.WeightOf), total = 0;
        _optimizer.ZeroGradients();
        for (int i = 0; i < window.Length; i++)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor logits = BatchTensors.Of(TokenBatch.Of(_train.Tokens, window[i], _padId), _device).Forward(_model); // [B, labels]
            Tensor loss = _loss.Sum(logits, targets[i]) / weight;
            loss.backward();
            total += loss.item<float>();
        }
        double norm = _optimizer.GradientNorm();
        if (!double.IsFinite(total) || !double.IsFinite(norm))
            throw new GateException($"At step {State.Step + 1} the loss is {total} and the gradient norm {norm}: training went out of bounds. Lower --learning-rate, or raise --warmup-steps; the last checkpoint in '{_folder.Last}' is from before.");
        _optimizer.Step(learningRate, GradientClip.Scale(norm, _settings.MaxGradientNorm));
        return (total, norm);
    }

    private void EvaluateAndSave(CancellationToken token)
    {
        bool isDue = State.Step > State.EvaluatedStep
            && (State.Step == StepCount || (_settings.EvaluateEvery is { } every ? State.Step % every == 0 : State.BatchIndex == 0));
        if (isDue)
        {
            try
            {
                if (_dev is not null) Evaluate(_dev, token);
                State = State with { EvaluatedStep = State.Step };
            }
            finally
            {
                SaveLast(); // also where the evaluation was stopped: its steps are not lost, and it is made up for
            }
        }
        else if (_settings.CheckpointEvery is { } interval && State.Step > 0 && State.Step % interval == 0)
        {
            SaveLast();
        }
    }

    private void Evaluate(ExampleSet dev, CancellationToken token)
    {
        EvaluationResult result = Evaluator.Run(_model, _device, dev, _padId, null, token);
        _log.Add(new RunLogEntry { Kind = "evaluation", Step = State.Step, Epoch = Epoch, Loss = result.Loss, Accuracy = result.Metrics.Accuracy, MacroF1 = result.Metrics.Macro.F1 });
        double value = result[_settings.BestMetric];
        bool isBetter = State.BestMetric is not { } best || (_settings.BestMetric == MetricName.Loss ? value < best : value > best);
        State = isBetter
            ? State with { BestMetric = value, BestStep = State.Step, EvaluationsSinceBest = 0 }
            : State with { EvaluationsSinceBest = State.EvaluationsSinceBest + 1 };
        if (isBetter) CheckpointFile.Write(_folder.Best, new RunCheckpoint { State = State, Weights = _model.ReadWeights() });
    }

    private void SaveLast()
    {
        using Tensor random = torch.random.get_rng_state();
        CheckpointFile.Write(_folder.Last, new RunCheckpoint
        {
            State = State,
            Weights = _model.ReadWeights(),
            Moments = _optimizer.ReadState(),
            Random = random.bytes.ToArray(),
        });
    }

    private void Restore(RunCheckpoint checkpoint)
    {
        List<string> faults = [];
        if (checkpoint.State.SettingsHash != State.SettingsHash) faults.Add("the settings are not those of the run");
        if (checkpoint.State.DataHash != State.DataHash) faults.Add("the training rows are not those of the run");
        if (faults.Count > 0)
            throw new SettingsException($"'{_folder.Path}' cannot be resumed: {string.Join("; ", faults)}. Resume with the run's own settings and data, or start a new folder.");
        _model.LoadWeights(checkpoint.Weights);
        _optimizer.LoadState(checkpoint.Moments, checkpoint.State.Step);
        State = checkpoint.State;
        using Tensor random = tensor(checkpoint.Random.ToArray(), ScalarType.Byte);
        torch.random.set_rng_state(random);
    }

    private static float[] Balanced(IReadOnlyList<int> classes, int labelCount)
    {
        int[] counts = new int[labelCount];
        foreach (int index in classes) counts[index]++;
        return [.. counts.Select(count => (float)classes.Count / (labelCount * (float)count))];
    }
}
