using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using RctOnnx.CommandLine;
using RctOnnx.Data;
using RctOnnx.Data.Metrics;
using RctOnnx.Onnx;
using RctOnnx.Runtime;
using RctOnnx.Runtime.Tokenization;
using RctOnnx.Train.Bases;
using RctOnnx.Train.Batching;
using RctOnnx.Train.Checkpointing;
using RctOnnx.Train.Distillation;
using RctOnnx.Train.Evaluation;
using RctOnnx.Train.Examples;
using RctOnnx.Train.Export;
using RctOnnx.Train.Modules;
using RctOnnx.Train.Reports;
using RctOnnx.Train.Settings;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RctOnnx.Train.Training;

/// <summary>
/// The whole way of a run: data, base, figures before training, training, figures after, export with proof, the runtime asked
/// about every test row.
/// </summary>
internal sealed class TrainingRun
{
    private const int ProofTextCount = 100, ProofDocumentCount = 12;

    private readonly TrainSettings _settings;
    private readonly RunFolder _folder;
    private readonly Action<string> _say;
    private readonly CancellationToken _token;
    private ValueScale? _scale; // of a regression

    // What a batch is made of: a row of a document holds many sentences.
    private string Unit => _settings.Documents ? "rows" : "sentences";

    private TrainingRun(TrainSettings settings, Action<string> say, CancellationToken token) =>
        (_settings, _folder, _say, _token) = (settings, new RunFolder(settings.Output), say, token);

    /// <summary>Runs to the end and leaves the files of <see cref="RunFolder"/>.</summary>
    /// <param name="settings">Checked here.</param>
    /// <param name="resume">Go on from the checkpoint in the folder.</param>
    /// <param name="say">Takes messages for people.</param>
    /// <param name="token">Stops the run; it can be resumed.</param>
    public static TrainingOutcome Execute(TrainSettings settings, bool resume, Action<string> say, CancellationToken token)
    {
        settings.Validate();
        if (AnswerFaults.IsAnswerTask(settings.Problem)) throw new SettingsException($"problem is {settings.Problem}: tables and searches of several runs know labels and values of texts only. Train it with rctonnx-train train.");
        using TorchThreads threads = TorchThreads.Use(settings.Threads);
        using DisposeScope scope = NewDisposeScope();
        return MemoryFaults.Named(settings.Loop, () => new TrainingRun(settings, say, token).Execute(resume));
    }

    private TrainingOutcome Execute(bool resume)
    {
        RunCheckpoint? resumed = _folder.Open(resume, SettingsJson.ToText(_settings) + "\n");
        TaskData data = TaskData.Open(_settings);
        LabelSet labels = TaskLabels.Of(_settings, data.Train);
        TrainingBase start = TrainingBase.Load(_settings, labels.Names);
        foreach (string note in start.Notes) _say(note);
        WordPieceTokenizer tokenizer = WordPieceTokenizer.Create(start.Artifact.Vocabulary, start.Artifact.Tokenizer);
        ExampleReader reader = new(tokenizer, labels, _settings.MaxLength, _settings.Problem, start.Artifact.Document, start.Artifact.PairEncoding is not null);
        using TokenStore tokens = new(_folder.Tokens);
        ExampleSet train = Read(reader, "train", data.Train, keepTexts: false, tokens)!;
        resumed?.State.RequireSame(_settings.Loop.Hash, train.Hash, _folder.Path);
        ExampleSet? dev = Read(reader, "dev", data.Dev, keepTexts: true);
        ExampleSet[] tests = [.. data.Tests.Select(test => Read(reader, test.Key, test.Value, keepTexts: true)!)];

        Device device = TorchDevice.Of(_settings.Device);
        using HiddenTeacher? hidden = _settings.TeacherHiddenWeight > 0 ? HiddenTeacher.Load(_settings, start.Artifact, device, _say) : null;
        TeacherAnswers? teacher = _settings.Teacher is { } path ? TeacherAnswers.Of(path, _folder.Teacher, train, data.Train, labels.Names, resume, _token) : null;

        using ClassifierModel model = ClassifierModel.Of(start.Artifact, _settings.Precision);
        _scale = _settings.Problem == ProblemType.Regression ? ValueScale.Of(train.Values) : null;
        model.LoadWeights(HeadStart.Weights(start, train, _scale));
        model.to(device);
        using ClassificationTask task = new(_settings, model, device, train, dev, tokenizer.PadId, labels.Names, teacher, hidden) { Texts = _settings.Documents ? null : data.Train };
        SayFrozen(model);
        EvaluationResult[] untrained = Untrained(model, device, tests, tokenizer.PadId);

        using Trainer trainer = new(_settings.Loop, task, _folder, resumed);
        if (task.Unfreezing is { } unfreezing) _say(unfreezing.Describe(trainer.StepCount));
        _say(string.Create(CultureInfo.InvariantCulture,
            $"Training on {device}: {trainer.StepCount:N0} steps of {_settings.Batch * _settings.Accumulation} {Unit}{(resumed is null ? "" : $", from step {trainer.State.Step:N0}")}."));
        TrainingProgress.Run(trainer, "training", TrainingProgress.RowsLeft(trainer), Unit, $"go on with: rctonnx-train train --resume --output \"{_settings.Output}\"", _say, _token);

        bool isBest = _settings.Keep == KeptWeights.Best && dev is not null;
        if (isBest) task.LoadWeights(CheckpointFile.Read(_folder.Best).Weights);
        EvaluationResult? devResult = dev is null ? null : EvaluateAll("Dev", model, device, [dev], tokenizer.PadId)[0];
        double[]? thresholds = devResult is null ? null : TaskFigures.BestThresholds(dev!, devResult.Logits);
        devResult = devResult?.With(dev!, thresholds);
        EvaluationResult[] trained = EvaluateAll("After training", model, device, tests, tokenizer.PadId);
        for (int i = 0; i < trained.Length; i++) trained[i] = trained[i].With(tests[i], thresholds);
        double temperature = _settings.Calibrate ? TemperatureScaling.Fit(devResult!.Logits, dev!.Classes, labels.Names.Count) : 1;
        TestFigures[] figures = [.. tests.Select((test, i) => new TestFigures(test.Name, labels.Names.Count, untrained[i], trained[i], SetAnalysis.Of(test, trained[i].Logits, temperature)))];

        TrainingOutcome outcome = new()
        {
            Model = start.Artifact with
            {
                Weights = _scale is null ? model.ReadWeights() : _scale.Fold(model.ReadWeights()),
                Calibration = new Calibration { Temperature = temperature, Thresholds = thresholds },
            },
            Dev = devResult,
            DevAnalysis = devResult is null ? null : SetAnalysis.Of(dev!, devResult.Logits, temperature),
            Tests = figures,
            Log = trainer.Log,
            Runtime = null,
            ExportedStep = isBest ? trainer.State.BestStep : trainer.State.Step,
            Steps = trainer.State.Step,
            TrainingSeconds = trainer.State.Seconds,
            SentencesPerSecond = trainer.RowsOf(trainer.State.Step) / trainer.State.Seconds * train.AnswerCount / train.Tokens.RowCount,
            PeakMemory = Process.GetCurrentProcess().PeakWorkingSet64,
        };
        JsonObject record = TrainingRecord.Of(_settings, data, train, outcome);
        IEnumerable<ExampleSet> asked = dev is null ? tests : [dev, .. tests];
        LabelledText[] known = [.. asked.SelectMany(set => set.Texts).Take(ProofTextCount)];
        ModelExportOptions proof = new()
        {
            Texts = _settings.Documents ? [] : [.. known.Where(text => text.Pair is null).Select(text => text.Text)],
            Documents = _settings.Documents ? [.. asked.SelectMany(set => set.Documents()).Take(ProofDocumentCount).Select(document => (IReadOnlyList<string>)[.. document.Select(text => text.Text)])] : [],
            Pairs = [.. known.Where(text => text.Pair is not null).Select(text => new TextPair(text.Text, text.Pair!))],
            Threads = get_num_threads(),
        };
        NativeHeap.GiveBack();
        _say("Export: proving the file in ONNX Runtime.");
        outcome = outcome with { Model = ModelExport.Write(_folder.Model, outcome.Model with { Training = record }, proof, _token) };
        outcome = outcome with { Runtime = AskRuntime(tests, trained, thresholds) };
        AtomicFile.WriteText(_folder.Metrics, TrainingRecord.Metrics(_settings, data, outcome).ToJsonString(TrainingRecord.Json) + "\n");
        RunReport.Write(_folder.Path, TrainingReport.Of(_settings, data, train, outcome, DataHash.OfFile(_folder.Model)));
        return outcome;
    }

    private ExampleSet? Read(ExampleReader reader, string name, IEnumerable<TextRow>? rows, bool keepTexts, TokenStore? store = null)
    {
        if (rows is null) return null;
        _token.ThrowIfCancellationRequested();
        ExampleSet set = reader.Read(name, rows, keepTexts, store);
        _say(string.Create(CultureInfo.InvariantCulture,
            $"{name}: {set.AnswerCount:N0} {(_settings.Documents ? $"sentences of {set.DocumentLengths.Count:N0} documents in {set.Tokens.RowCount:N0} " : "")}rows, {set.Tokens.TokenCount:N0} tokens{(set.Tokens.SpilledLength > 0 ? $" ({set.Tokens.SpilledLength >> 20:N0} MiB of them in a file)" : "")}, {(double)set.TruncatedCount / set.AnswerCount:P1} cut at {(_settings.Documents ? _settings.SentenceLength : _settings.MaxLength)} {(_settings.Documents ? "pieces" : "tokens")}."));
        return set;
    }

    private void SayFrozen(ClassifierModel model)
    {
        Parameter[] all = [.. model.Parameters().Values], frozen = [.. all.Where(one => !one.requires_grad)];
        if (frozen.Length == 0) return;
        _say(string.Create(CultureInfo.InvariantCulture,
            $"Frozen: {frozen.Length} of {all.Length} parameters, {frozen.Sum(one => one.numel()):N0} of {all.Sum(one => one.numel()):N0} numbers{(model.IsEncoderFrozen && !_settings.Documents && _settings.Encoders == EncoderChoice.One ? "; the encoder's features are computed once, without dropout" : "")}."));
    }

    private EvaluationResult[] Untrained(ClassifierModel model, Device device, ExampleSet[] tests, int padId)
    {
        string settings = _settings.Loop.Hash;
        if (UntrainedFigures.Read(_folder.Untrained, settings, tests) is { } kept) return kept;
        EvaluationResult[] results = EvaluateAll("Before training", model, device, tests, padId);
        UntrainedFigures.Write(_folder.Untrained, settings, tests, results);
        return results;
    }

    private EvaluationResult[] EvaluateAll(string title, ClassifierModel model, Device device, IReadOnlyList<ExampleSet> sets, int padId)
    {
        if (sets.Count == 0) return [];
        return ConsoleProgress.Run(title, sets.Sum(set => (long)set.Tokens.RowCount), Unit, progress =>
            sets.Select(set => Evaluator.Run(model, device, set, padId, progress, _token, scale: _scale)).ToArray());
    }

    private RuntimeAgreement? AskRuntime(ExampleSet[] tests, EvaluationResult[] trained, double[]? thresholds)
    {
        if (tests.Length == 0) return null;
        using TextClassifier classifier = TextClassifier.Load(_folder.Model, new TextClassifierOptions { Threads = get_num_threads(), LongText = LongTextPolicy.Truncate });
        RuntimeAgreement[] parts = ConsoleProgress.Run("Asking the runtime", tests.Sum(test => (long)test.AnswerCount), "sentences", progress =>
            tests.Select((test, i) => RuntimeAgreement.Of(classifier, test, trained[i], thresholds, progress, _token)).ToArray());
        return new RuntimeAgreement(parts.Sum(part => part.Compared), parts.Sum(part => part.Agreed));
    }
}
