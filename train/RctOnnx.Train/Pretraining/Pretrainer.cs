using System.Globalization;
using RctOnnx.CommandLine;
using RctOnnx.Train.Batching;
using RctOnnx.Train.Checkpointing;
using RctOnnx.Train.Optimization;
using RctOnnx.Train.Schedules;
using RctOnnx.Train.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace RctOnnx.Train.Pretraining;

/// <summary>
/// The loop of pre-training. What is hidden in a batch follows from seed and step, so that a run of a number of steps that was
/// stopped and resumed takes, without dropout, the very steps of one that was not.
/// </summary>
internal sealed class Pretrainer : IDisposable
{
    // A run of minutes goes through its schedule by time: this many parts of it.
    private const int TimeParts = 1_000_000;

    private readonly PretrainSettings _settings;
    private readonly MaskedLanguageModel _model;
    private readonly Device _device;
    private readonly PretrainingTexts _texts;
    private readonly Masker _masker;
    private readonly RunFolder _folder;
    private readonly TimeProvider _time;
    private readonly int[] _lengths;
    private readonly AdamOptimizer _optimizer;
    private readonly LearningRateSchedule _schedule;
    private readonly RunLog _log;

    public Pretrainer(PretrainSettings settings, MaskedLanguageModel model, Device device, PretrainingTexts texts, Masker masker, RunFolder folder, RunCheckpoint? resumed, TimeProvider time)
    {
        (_settings, _model, _device, _texts, _masker, _folder, _time) = (settings, model, device, texts, masker, folder, time);
        _lengths = texts.Train.Lengths();
        int total = settings.Steps ?? TimeParts;
        _schedule = new LearningRateSchedule { Kind = ScheduleKind.Linear, Peak = settings.LearningRate, WarmupStepCount = (int)(total * settings.WarmupShare), TotalStepCount = total };
        _schedule.Validate();
        _optimizer = new AdamOptimizer(ParameterGroups.Of(model.Parameters(), settings.WeightDecay));
        State = new RunState { Step = 0, Epoch = 0, BatchIndex = 0, SettingsHash = settings.Hash(), DataHash = texts.Hash };
        if (resumed is not null) Restore(resumed);
        else manual_seed(settings.Seed);
        _log = new RunLog(folder, State.Step);
    }

    /// <summary>Where the run stands.</summary>
    public RunState State { get; private set; }

    /// <summary>What was logged.</summary>
    public IReadOnlyList<RunLogEntry> Log => _log.Entries;

    private bool IsDone => _settings.Steps is { } steps ? State.Step >= steps : State.Seconds >= _settings.Minutes!.Value * 60;

    /// <summary>Trains to the end, or to cancellation, which leaves a checkpoint.</summary>
    /// <exception cref="OperationCanceledException">Stopped; the checkpoint is written.</exception>
    /// <exception cref="GateException">The loss is no number any more.</exception>
    public void Run(IWorkProgress progress, CancellationToken token)
    {
        _model.Train(true);
        int[][] batches = [];
        int planned = -1;
        if (State.Step == 0) LogHeldOut(token);
        while (!IsDone)
        {
            if (token.IsCancellationRequested)
            {
                Save();
                token.ThrowIfCancellationRequested();
            }
            if (planned != State.Epoch) (batches, planned) = (BatchPlan.ForEpoch(_lengths, _settings.Batch, _settings.Seed, State.Epoch), State.Epoch);
            long start = _time.GetTimestamp();
            int[] rows = batches[State.BatchIndex];
            double rate = _schedule.At(_settings.Steps is null ? (long)(TimeParts * State.Seconds / (_settings.Minutes!.Value * 60)) : State.Step);
            (double loss, double norm) = Step(_masker.Mask(_texts.Train, rows, _settings.Seed, State.Step), rate);
            double seconds = _time.GetElapsedTime(start).TotalSeconds;
            bool isLast = State.BatchIndex + 1 == batches.Length;
            State = State with
            {
                Step = State.Step + 1,
                Epoch = isLast ? State.Epoch + 1 : State.Epoch,
                BatchIndex = isLast ? 0 : State.BatchIndex + 1,
                Seconds = State.Seconds + seconds,
            };
            _log.Add(new RunLogEntry { Kind = "train", Step = State.Step, Epoch = Epoch, Loss = loss, LearningRate = rate, GradientNorm = norm, SentencesPerSecond = rows.Length / seconds });
            progress.Advance(rows.Sum(_texts.Train.Length));
            progress.Describe(string.Create(CultureInfo.InvariantCulture, $"step {State.Step}, {State.Seconds / 60:F1} min, loss {loss:F3}"));
            if (State.Step % _settings.EvaluateEvery != 0 && !IsDone) continue;
            LogHeldOut(token);
            Save();
        }
    }

    public void Dispose()
    {
        _log.Dispose();
        _optimizer.Dispose();
    }

    private double Epoch => State.Epoch + (double)State.BatchIndex * _settings.Batch / _lengths.Length;

    private (double Loss, double GradientNorm) Step(MaskedBatch batch, double learningRate)
    {
        using DisposeScope scope = NewDisposeScope();
        _optimizer.ZeroGradients();
        Tensor loss = batch.Loss(_model, _device);
        loss.backward();
        double value = loss.item<float>(), norm = _optimizer.GradientNorm();
        if (!double.IsFinite(value) || !double.IsFinite(norm))
            throw new GateException($"At step {State.Step + 1} the loss is {value} and the gradient norm {norm}: training went out of bounds. Lower --learning-rate; the last checkpoint in '{_folder.Last}' is from before.");
        _optimizer.Step(learningRate, GradientClip.Scale(norm, _settings.MaxGradientNorm));
        return (value, norm);
    }

    private void LogHeldOut(CancellationToken token)
    {
        double loss;
        try
        {
            loss = HeldOutLoss(token);
        }
        catch (OperationCanceledException)
        {
            Save(); // the steps since the last checkpoint are not lost
            throw;
        }
        if (double.IsFinite(loss)) _log.Add(new RunLogEntry { Kind = "evaluation", Step = State.Step, Epoch = Epoch, Loss = loss });
    }

    // The same pieces are masked every time. NaN where nothing is held out.
    private double HeldOutLoss(CancellationToken token)
    {
        _model.Train(false);
        using IDisposable noGradient = no_grad();
        double sum = 0;
        long count = 0, number = -1; // batches of training count from 0 up
        foreach (int[] rows in Enumerable.Range(0, _texts.HeldOut.RowCount).Chunk(_settings.Batch))
        {
            token.ThrowIfCancellationRequested();
            using DisposeScope scope = NewDisposeScope();
            MaskedBatch batch = _masker.Mask(_texts.HeldOut, rows, _settings.Seed, number--);
            sum += batch.Loss(_model, _device).item<float>() * (double)batch.Labels.Length;
            count += batch.Labels.Length;
        }
        _model.Train(true);
        return sum / count;
    }

    private void Save()
    {
        using Tensor random = torch.random.get_rng_state();
        CheckpointFile.Write(_folder.Last, new RunCheckpoint { State = State, Weights = _model.ReadWeights(), Moments = _optimizer.ReadState(), Random = random.bytes.ToArray() });
    }

    private void Restore(RunCheckpoint checkpoint)
    {
        List<string> faults = [];
        if (checkpoint.State.SettingsHash != State.SettingsHash) faults.Add("the settings are not those of the run");
        if (checkpoint.State.DataHash != State.DataHash) faults.Add("the texts are not those of the run");
        if (faults.Count > 0)
            throw new SettingsException($"'{_folder.Path}' cannot be resumed: {string.Join("; ", faults)}. Resume with the run's own settings and texts, or start a new folder.");
        _model.LoadWeights(checkpoint.Weights);
        _optimizer.LoadState(checkpoint.Moments, checkpoint.State.Step);
        State = checkpoint.State;
        using Tensor random = tensor(checkpoint.Random.ToArray(), ScalarType.Byte);
        torch.random.set_rng_state(random);
    }
}
