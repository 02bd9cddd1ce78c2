using System.Globalization;
using System.Runtime.InteropServices;
using RctOnnx.CommandLine;
using RctOnnx.Onnx;
using RctOnnx.Train.Checkpointing;
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
    // A run of minutes goes through its schedule by time, in so many parts.
    private const int TimeParts = 1_000_000;

    // Rows that a message lists; they stand in it by their number in the training data, from 1.
    private const int NamedRows = 16;

    private const int GiveBackEvery = 100; // steps; costs some tenths of a second

    private readonly LoopSettings _settings;
    private readonly ITrainingTask _task;
    private readonly RunFolder _folder;
    private readonly RunLog _log;
    private readonly AdamOptimizer _optimizer;
    private readonly WeightAverage? _average;
    private readonly LearningRateSchedule _schedule;
    private readonly int _stepsPerEpoch;
    private readonly long _rowsPerEpoch;
    private readonly TimeProvider _time;

    public Trainer(LoopSettings settings, ITrainingTask task, RunFolder folder, RunCheckpoint? resumed, TimeProvider? time = null)
    {
        (_settings, _task, _folder, _time) = (settings, task, folder, time ?? TimeProvider.System);
        int batchCount = task.BatchCount(settings.Batch);
        // A plan may take rows more or less often than once an epoch.
        _rowsPerEpoch = batchCount == (task.Lengths.Count + settings.Batch - 1) / settings.Batch ? task.Lengths.Count : (long)batchCount * settings.Batch;
        _stepsPerEpoch = (batchCount + settings.Accumulation - 1) / settings.Accumulation;
        StepCount = settings.Steps ?? checked(_stepsPerEpoch * settings.Epochs);
        int parts = settings.Minutes is null ? StepCount : TimeParts;
        _schedule = new LearningRateSchedule
        {
            Kind = settings.Schedule,
            Peak = settings.LearningRate,
            WarmupStepCount = settings.WarmupSteps ?? (int)(parts * settings.WarmupShare),
            TotalStepCount = parts,
        };
        _schedule.Validate();
        _optimizer = new AdamOptimizer(ParameterGroups.Of(task.Parameters, settings.WeightDecay, task.RateFactor, task.FirstStep), new AdamOptions { DecoupledDecay = settings.Optimizer == OptimizerKind.AdamW });
        _average = settings.Ema is { } decay ? new WeightAverage(task.Parameters, decay) : null;
        State = new RunState { Step = 0, Epoch = 0, BatchIndex = 0, SettingsHash = settings.Hash, DataHash = task.DataHash };
        if (resumed is null) manual_seed(settings.Seed);
        else Restore(resumed);
        _log = new RunLog(folder, State.Step);
    }

    /// <summary>Steps of the whole run; means nothing in a run of minutes.</summary>
    public int StepCount { get; }

    /// <summary>Where the run stands.</summary>
    public RunState State { get; private set; }

    /// <summary>What was logged.</summary>
    public IReadOnlyList<RunLogEntry> Log => _log.Entries;

    /// <summary>Rows that so many steps pass.</summary>
    public long RowsOf(long steps) => steps / _stepsPerEpoch * _rowsPerEpoch
        + Math.Min(steps % _stepsPerEpoch * _settings.Batch * _settings.Accumulation, _rowsPerEpoch);

    /// <summary>Readies the task; before <see cref="Run"/>.</summary>
    public void Start(CancellationToken token) => _task.StartTraining(token);

    /// <summary>Trains to the end, to early stopping, or to cancellation, which leaves a checkpoint.</summary>
    /// <exception cref="OperationCanceledException">Stopped; the checkpoint is written.</exception>
    /// <exception cref="GateException">The loss is no number any more.</exception>
    public void Run(IWorkProgress progress, CancellationToken token)
    {
        int[][] batches = [];
        int planned = -1;
        EvaluateAndSave(token); // due where the run was stopped during an evaluation
        while (!IsFinished && !IsStoppedEarly)
        {
            if (token.IsCancellationRequested)
            {
                SaveLast();
                token.ThrowIfCancellationRequested();
            }
            if (planned != State.Epoch)
                (batches, planned) = (_task.Plan(_settings.Batch, _settings.Seed, State.Epoch), State.Epoch);
            long start = _time.GetTimestamp();
            int[][] window = batches[State.BatchIndex..Math.Min(State.BatchIndex + _settings.Accumulation, batches.Length)];
            double rate = _schedule.At(_settings.Minutes is { } minutes ? (long)(TimeParts * State.Seconds / (60 * minutes)) : State.Step);
            (double loss, double norm) = Step(window, rate);
            int rowCount = window.Sum(batch => batch.Length), next = State.BatchIndex + window.Length;
            double seconds = _time.GetElapsedTime(start).TotalSeconds;
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
        _average?.Apply();
    }

    private double Epoch => State.Epoch + (double)State.BatchIndex * _settings.Batch / _rowsPerEpoch;

    private bool IsFinished => _settings.Minutes is { } minutes ? State.Seconds >= 60 * minutes : State.Step >= StepCount;

    private bool IsStoppedEarly => _settings.Patience is { } patience && State.EvaluationsSinceBest >= patience;

    public void Dispose()
    {
        _log.Dispose();
        _optimizer.Dispose();
        _average?.Dispose();
    }

    /// <summary>One update from all batches of a window; the gradients are those of one large batch.</summary>
    private (double Loss, double GradientNorm) Step(int[][] window, double learningRate)
    {
        TrainingBatch[] batches = [.. window.Select(rows => _task.Prepare(rows, State.Epoch))];
        double weight = batches.Sum(batch => batch.Weight), total = 0;
        _optimizer.ZeroGradients();
        for (int i = 0; i < batches.Length; i++)
        {
            double loss = Backward(batches[i], weight, window[i]);
            if (!double.IsFinite(loss)) throw OutOfBounds($"the loss is {loss}", window[i]);
            total += loss;
        }
        double norm = _optimizer.GradientNorm();
        if (!double.IsFinite(norm)) throw OutOfBounds($"the loss is {total} and the gradient norm {norm}", [.. window.SelectMany(rows => rows)]);
        _optimizer.Step(learningRate, GradientClip.Scale(norm, _settings.MaxGradientNorm));
        _average?.Add(State.Step + 1);
        return (total, norm);
    }

    private double Backward(TrainingBatch batch, double weight, int[] rows)
    {
        using DisposeScope scope = NewDisposeScope();
        try
        {
            Tensor loss = batch.LossSum().Over(weight);
            loss.backward();
            return loss.item<float>();
        }
        catch (Exception e) when (MemoryFaults.IsOutOfMemory(e))
        {
            throw MemoryFaults.InBatch(_settings, State.Step + 1, rows.Length, rows.Max(row => _task.Lengths[row]), e);
        }
    }

    private GateException OutOfBounds(string figures, int[] rows)
    {
        string named = string.Join(", ", _task.NamesOf([.. rows.Take(NamedRows)]));
        return new GateException($"At step {State.Step + 1} {figures}: training went out of bounds in the batch of {named}{(rows.Length > NamedRows ? $" and {rows.Length - NamedRows} more" : "")}. Look at them, lower --learning-rate, or let it rise over more steps; {Kept}.");
    }

    private string Kept => CheckpointFile.Exists(_folder.Last) ? $"the last checkpoint in '{_folder.Last}' is from before" : "no checkpoint was due before";

    // Weights that an update has ruined must not take the place of those that are good.
    private IReadOnlyDictionary<string, TensorData> GoodWeights()
    {
        IReadOnlyDictionary<string, TensorData> weights = _task.ReadWeights();
        foreach ((string name, TensorData weight) in weights)
            if (weight.Type == TensorType.Float32 && !IsFinite(MemoryMarshal.Cast<byte, float>(weight.Bytes.Span)))
                throw new GateException($"After step {State.Step} '{name}' holds a value that is no finite number: training went out of bounds. Lower --learning-rate, or let it rise over more steps; {Kept}.");
        return weights;

        static bool IsFinite(ReadOnlySpan<float> values)
        {
            foreach (float value in values)
                if (!float.IsFinite(value)) return false;
            return true;
        }
    }

    private void EvaluateAndSave(CancellationToken token)
    {
        bool isDue = State.Step > State.EvaluatedStep
            && (IsFinished || (_settings.EvaluateEvery is { } every ? State.Step % every == 0 : State.BatchIndex == 0));
        if (isDue)
        {
            NativeHeap.GiveBack();
            try
            {
                if (_task.HasDev) Evaluate(token);
                State = State with { EvaluatedStep = State.Step };
            }
            finally
            {
                NativeHeap.GiveBack();
                SaveLast(); // also where the evaluation was stopped: its steps are not lost, and it is made up for
            }
        }
        else if (_settings.CheckpointEvery is { } interval && State.Step > 0 && State.Step % interval == 0)
        {
            SaveLast();
        }
        else if (State.Step % GiveBackEvery == 0)
        {
            NativeHeap.GiveBack();
        }
    }

    private void Evaluate(CancellationToken token)
    {
        using IDisposable? averaged = _average?.Use();
        DevFigures result = _task.Evaluate(token);
        _log.Add(new RunLogEntry { Kind = "evaluation", Step = State.Step, Epoch = Epoch, Loss = result.Loss, Accuracy = result.Accuracy, MacroF1 = result.MacroF1, Others = result.Others });
        // A figure may be undefined, as a correlation with answers that are all the same is: it is no better than any other, but the first weights are the best so far.
        bool isDefined = double.IsFinite(result.Watched);
        bool isTaken = State.BestStep == 0 || (isDefined && (State.BestMetric is not { } best || (_settings.LowerIsBetter ? result.Watched < best : result.Watched > best)));
        State = isTaken
            ? State with { BestMetric = isDefined ? result.Watched : null, BestStep = State.Step, EvaluationsSinceBest = 0 }
            : State with { EvaluationsSinceBest = State.EvaluationsSinceBest + 1 };
        if (isTaken) CheckpointFile.Write(_folder.Best, new RunCheckpoint { State = State, Weights = GoodWeights() });
    }

    private void SaveLast()
    {
        IReadOnlyDictionary<string, TensorData> weights = GoodWeights();
        using Tensor random = torch.random.get_rng_state();
        CheckpointFile.Write(_folder.Last, new RunCheckpoint
        {
            State = State,
            Weights = weights,
            Moments = _average is null ? _optimizer.ReadState() : new Dictionary<string, TensorData>(_optimizer.ReadState().Concat(_average.ReadState())),
            Random = random.bytes.ToArray(),
        });
        NativeHeap.GiveBack();
    }

    private void Restore(RunCheckpoint checkpoint)
    {
        checkpoint.State.RequireSame(State.SettingsHash, State.DataHash, _folder.Path);
        _task.LoadWeights(checkpoint.Weights);
        _optimizer.LoadState(checkpoint.Moments.Where(pair => !WeightAverage.Holds(pair.Key)).ToDictionary(pair => pair.Key, pair => pair.Value), checkpoint.State.Step);
        _average?.LoadState(checkpoint.Moments);
        State = checkpoint.State;
        using Tensor random = tensor(checkpoint.Random.ToArray(), ScalarType.Byte);
        torch.random.set_rng_state(random);
    }
}
