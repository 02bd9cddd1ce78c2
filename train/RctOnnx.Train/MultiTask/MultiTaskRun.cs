using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using RctOnnx.CommandLine;
using RctOnnx.Data;
using RctOnnx.Onnx;
using RctOnnx.Runtime;
using RctOnnx.Runtime.Tokenization;
using RctOnnx.Train.Checkpointing;
using RctOnnx.Train.Evaluation;
using RctOnnx.Train.Examples;
using RctOnnx.Train.Export;
using RctOnnx.Train.Modules;
using RctOnnx.Train.Reports;
using RctOnnx.Train.Settings;
using RctOnnx.Train.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace RctOnnx.Train.MultiTask;

/// <summary>The whole way of a run over several tasks: data, base, figures before training, training, figures after, export with proof, the runtime asked about every test row.</summary>
internal sealed class MultiTaskRun
{
    private const int ProofTextCount = 100;

    private readonly MultiTaskPlan _plan;
    private readonly RunFolder _folder;
    private readonly TrainSettings _shared; // of the first task: what is asked of it is the same for all
    private readonly IReadOnlyList<PlannedTask> _tasks;
    private readonly Action<string> _say;
    private readonly CancellationToken _token;

    private MultiTaskRun(MultiTaskPlan plan, string output, Action<string> say, CancellationToken token)
    {
        (_plan, _folder, _tasks, _say, _token) = (plan, new RunFolder(output), plan.Of(output), say, token);
        _shared = _tasks[0].Settings;
        if (_tasks.Select(task => task.Settings.Watched == MetricName.Loss).Distinct().Count() > 1)
            throw new SettingsException("best_metric is loss for some tasks, where lower is better, and another figure for others: their mean would say nothing. Give all tasks loss, or none.");
    }

    /// <summary>Runs to the end and leaves the files of <see cref="RunFolder"/>, and a report for each task in a folder of its name.</summary>
    /// <param name="plan">Checked here.</param>
    /// <param name="output">Folder of the run.</param>
    /// <param name="resume">Go on from the checkpoint in the folder.</param>
    /// <param name="say">Takes messages for people.</param>
    /// <param name="token">Stops the run; it can be resumed.</param>
    public static IReadOnlyList<TaskOutcome> Execute(MultiTaskPlan plan, string output, bool resume, Action<string> say, CancellationToken token)
    {
        MultiTaskRun run = new(plan, output, say, token);
        using TorchThreads threads = TorchThreads.Use(run._shared.Threads);
        using DisposeScope scope = NewDisposeScope();
        return MemoryFaults.Named(run._shared.Loop, () => run.Execute(resume));
    }

    private IReadOnlyList<TaskOutcome> Execute(bool resume)
    {
        RunCheckpoint? resumed = _folder.Open(resume, _plan.ToText());
        List<TaskMaterial> all = [];
        try
        {
            foreach (PlannedTask task in _tasks) all.Add(TaskMaterial.Read(task, $"{_folder.Tokens}.{task.Name}", _say, _token));
            return Execute(all, resumed);
        }
        finally
        {
            foreach (TaskMaterial one in all) one.Dispose();
        }
    }

    private IReadOnlyList<TaskOutcome> Execute(List<TaskMaterial> all, RunCheckpoint? resumed)
    {
        LoopSettings loop = _shared.Loop with { Hash = _plan.Hash(_shared.Output) };
        string dataHash = Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(string.Join('\n', all.Select(one => $"{one.Task.Name} {one.Train.Hash}")))));
        resumed?.State.RequireSame(loop.Hash, dataHash, _folder.Path);
        foreach (TaskMaterial one in all)
            foreach (string note in one.Start.Notes) _say($"{one.Task.Name}: {note}");
        if (all.Find(one => one.Start.Artifact.Head.Pooling != all[0].Start.Artifact.Head.Pooling) is { } other)
            throw new SettingsException($"The head of '{other.Task.Name}' reads {other.Start.Artifact.Head.Pooling} pooling, that of '{all[0].Task.Name}' {all[0].Start.Artifact.Head.Pooling}: all heads read the same features. Give them heads of one pooling, such as linear for all, or mlp with --pooling.");
        ModelArtifact start = TaskViews.Joined([.. all.Select(one => KeyValuePair.Create(one.Task.Name, one.Start.Artifact with { Weights = HeadStart.Weights(one.Start, one.Train, one.Scale) }))]);
        ArtifactCheck.Validate(start);
        Device device = TorchDevice.Of(_shared.Device);
        using ClassifierModel model = ClassifierModel.Of(start, _shared.Precision);
        model.LoadWeights(start.Weights);
        model.to(device);
        int padId = WordPieceTokenizer.Create(start.Vocabulary, start.Tokenizer).PadId;
        ClassificationTask[] tasks = [.. all.Select((one, i) => new ClassificationTask(one.Settings, model, device, one.Train, one.Dev, padId, one.Labels.Names, task: i) { Texts = one.Data.Train })];
        try
        {
            EvaluationResult[][] untrained = Untrained(model, device, all, loop.Hash, padId);
            TaskBatches batches = new([.. tasks.Select(task => task.Lengths)], _plan.Sampling, _plan.Temperature);
            TaskMixture mixture = new(model, [.. all.Select((one, i) => (one.Task.Name, tasks[i], one.Task.Weight))], batches, loop.LowerIsBetter, dataHash);
            using Trainer trainer = new(loop, mixture, _folder, resumed);
            if (tasks[0].Unfreezing is { } unfreezing) _say(unfreezing.Describe(trainer.StepCount));
            SayPlan(trainer, batches, all, device);
            TrainingProgress.Run(trainer, "training", TrainingProgress.RowsLeft(trainer), "sentences", $"go on with: rctonnx-train multitask --resume --output \"{_folder.Path}\"", _say, _token);
            bool isBest = _shared.Keep == KeptWeights.Best && mixture.HasDev;
            if (isBest) model.LoadWeights(CheckpointFile.Read(_folder.Best).Weights);
            return Finish(model, device, start, all, untrained, trainer, isBest, padId);
        }
        finally
        {
            foreach (ClassificationTask task in tasks) task.Dispose();
        }
    }

    private IReadOnlyList<TaskOutcome> Finish(ClassifierModel model, Device device, ModelArtifact start, List<TaskMaterial> all, EvaluationResult[][] untrained, Trainer trainer, bool isBest, int padId)
    {
        EvaluationResult?[] devs = [.. all.Select((one, i) => one.Dev is null ? null : Evaluate($"Dev of {one.Task.Name}", model, device, one, i, [one.Dev], padId)[0])];
        Calibration[] calibrations = [.. all.Select((one, i) => one.CalibrationOf(devs[i]))];
        IReadOnlyDictionary<string, TensorData> weights = model.ReadWeights();
        for (int i = 0; i < all.Count; i++) weights = all[i].Scale?.Fold(weights, i == 0 ? "" : TensorNames.Task(all[i].Task.Name)) ?? weights;
        ModelArtifact trained = start with
        {
            Weights = weights,
            Calibration = calibrations[0],
            MoreTasks = [.. start.MoreTasks.Select((task, i) => task with { Calibration = calibrations[i + 1] })],
        };
        TaskOutcome[] outcomes = [.. all.Select((one, i) => new TaskOutcome(one.Task.Name, OutcomeOf(model, device, TaskViews.Alone(trained, one.Task.Name), one, i, devs[i]?.With(one.Dev!, calibrations[i].Thresholds), untrained[i], trainer, isBest, padId)))];
        NativeHeap.GiveBack();
        _say("Export: proving the file in ONNX Runtime.");
        ModelArtifact proven = ModelExport.Write(_folder.Model, trained with { Training = MultiTaskRecord.Of(_plan, all, outcomes) }, ProofOf(all), _token);
        outcomes = [.. outcomes.Select((one, i) => one with { Outcome = one.Outcome with { Model = one.Outcome.Model with { Proof = proven.Proof }, Runtime = AskRuntime(all[i], one.Outcome, calibrations[i]) } })];
        AtomicFile.WriteText(_folder.Metrics, MultiTaskRecord.Metrics(_plan, all, outcomes).ToJsonString(TrainingRecord.Json) + "\n");
        FileCard.Write(_folder.Card, _folder.Model, proven, _say);
        string hash = DataHash.OfFile(_folder.Model);
        for (int i = 0; i < all.Count; i++)
            RunReport.Write(Path.Combine(_folder.Path, all[i].Task.Name), TrainingReport.Of(all[i].Settings with { Output = Path.Combine(_shared.Output, all[i].Task.Name) }, all[i].Data, all[i].Train, outcomes[i].Outcome, hash));
        return outcomes;
    }

    private TrainingOutcome OutcomeOf(ClassifierModel model, Device device, ModelArtifact alone, TaskMaterial one, int task, EvaluationResult? dev, EvaluationResult[] untrained, Trainer trainer, bool isBest, int padId)
    {
        int labels = one.Labels.Names.Count;
        double temperature = alone.Calibration.Temperature;
        EvaluationResult[] results = Evaluate($"After training, {one.Task.Name}", model, device, one, task, one.Tests, padId);
        for (int i = 0; i < results.Length; i++) results[i] = results[i].With(one.Tests[i], alone.Calibration.Thresholds);
        return new TrainingOutcome
        {
            Model = alone,
            Dev = dev,
            DevAnalysis = dev is null ? null : SetAnalysis.Of(one.Dev!, dev.Logits, temperature),
            Tests = [.. one.Tests.Select((test, i) => new TestFigures(test.Name, labels, untrained[i], results[i], SetAnalysis.Of(test, results[i].Logits, temperature)))],
            Log = trainer.Log,
            Runtime = null,
            ExportedStep = isBest ? trainer.State.BestStep : trainer.State.Step,
            Steps = trainer.State.Step,
            TrainingSeconds = trainer.State.Seconds,
            SentencesPerSecond = trainer.RowsOf(trainer.State.Step) / trainer.State.Seconds,
            PeakMemory = Process.GetCurrentProcess().PeakWorkingSet64,
        };
    }

    private static ModelExportOptions ProofOf(List<TaskMaterial> all)
    {
        // The same number of each task, so that none is proven by another's texts alone.
        LabelledText[] known = [.. all.SelectMany(one => (one.Dev is null ? one.Tests : [one.Dev, .. one.Tests]).SelectMany(set => set.Texts).Take(ProofTextCount / all.Count))];
        return new ModelExportOptions
        {
            Texts = [.. known.Where(text => text.Pair is null).Select(text => text.Text)],
            Pairs = [.. known.Where(text => text.Pair is not null).Select(text => new TextPair(text.Text, text.Pair!))],
            Threads = get_num_threads(),
        };
    }

    private void SayPlan(Trainer trainer, TaskBatches batches, List<TaskMaterial> all, Device device)
    {
        string shares = string.Join(", ", all.Zip(batches.Counts(_shared.Batch), (one, count) => $"{count:N0} of {one.Task.Name}"));
        _say(string.Create(CultureInfo.InvariantCulture,
            $"Training on {device}: {trainer.StepCount:N0} steps of {_shared.Batch * _shared.Accumulation} rows{(trainer.State.Step == 0 ? "" : $", from step {trainer.State.Step:N0}")}; batches of an epoch: {shares}."));
    }

    private EvaluationResult[][] Untrained(ClassifierModel model, Device device, List<TaskMaterial> all, string settings, int padId)
    {
        ExampleSet[] tests = [.. all.SelectMany(one => one.Tests)];
        EvaluationResult[] flat = UntrainedFigures.Read(_folder.Untrained, settings, tests)
            ?? [.. all.SelectMany((one, i) => Evaluate($"Before training, {one.Task.Name}", model, device, one, i, one.Tests, padId))];
        UntrainedFigures.Write(_folder.Untrained, settings, tests, flat);
        int first = 0;
        return [.. all.Select(one => flat[first..(first += one.Tests.Count)])];
    }

    private EvaluationResult[] Evaluate(string title, ClassifierModel model, Device device, TaskMaterial one, int task, IReadOnlyList<ExampleSet> sets, int padId)
    {
        if (sets.Count == 0) return [];
        return ConsoleProgress.Run(title, sets.Sum(set => (long)set.Tokens.RowCount), "sentences", progress =>
            sets.Select(set => Evaluator.Run(model, device, set, padId, progress, _token, scale: one.Scale, task: task)).ToArray());
    }

    private RuntimeAgreement? AskRuntime(TaskMaterial one, TrainingOutcome outcome, Calibration calibration)
    {
        if (one.Tests.Count == 0) return null;
        using TextClassifier classifier = TextClassifier.Load(_folder.Model, new TextClassifierOptions { Threads = get_num_threads(), LongText = LongTextPolicy.Truncate, TaskName = one.Task.Name });
        RuntimeAgreement[] parts = ConsoleProgress.Run($"Asking the runtime, {one.Task.Name}", one.Tests.Sum(test => (long)test.AnswerCount), "sentences", progress =>
            one.Tests.Select((test, i) => RuntimeAgreement.Of(classifier, test, outcome.Tests[i].Trained, calibration.Thresholds, progress, _token)).ToArray());
        return new RuntimeAgreement(parts.Sum(part => part.Compared), parts.Sum(part => part.Agreed));
    }
}
