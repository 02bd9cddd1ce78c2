using System.Globalization;
using RctOnnx.CommandLine;
using RctOnnx.Data;
using RctOnnx.Onnx;
using RctOnnx.Runtime.Tokenization;
using RctOnnx.Train.Bases;
using RctOnnx.Train.Batching;
using RctOnnx.Train.Checkpointing;
using RctOnnx.Train.Export;
using RctOnnx.Train.Modules;
using RctOnnx.Train.Reports;
using RctOnnx.Train.Settings;
using RctOnnx.Train.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace RctOnnx.Train.Answers;

/// <summary>The whole way of a run that learns answers to questions: base, data, figures before training, training, figures after, export with proof, the runtime asked about every test question.</summary>
internal static class AnswerRun
{
    /// <summary>Runs to the end and leaves settings.json, metrics.jsonl, tensorboard/, last/, best/, metrics.json and model.onnx in the folder of the run.</summary>
    /// <param name="settings">Checked here; of a problem for which <see cref="AnswerFaults.IsAnswerTask"/> is true.</param>
    /// <param name="resume">Go on from the checkpoint in the folder.</param>
    /// <param name="say">Takes messages for people.</param>
    /// <param name="token">Stops the run; it can be resumed.</param>
    public static AnswerOutcome Execute(TrainSettings settings, bool resume, Action<string> say, CancellationToken token)
    {
        settings.Validate();
        return MemoryFaults.Named(settings.Loop, () => Run(settings, resume, say, token));
    }

    private static AnswerOutcome Run(TrainSettings settings, bool resume, Action<string> say, CancellationToken token)
    {
        using TorchThreads threads = TorchThreads.Use(settings.Threads);
        using DisposeScope scope = NewDisposeScope();
        RunFolder folder = new(settings.Output);
        RunCheckpoint? resumed = folder.Open(resume, SettingsJson.ToText(settings) + "\n");
        TrainingBase start = TrainingBase.Load(settings, AnswerTasks.LabelsOf(settings.Problem));
        foreach (string note in start.Notes) say(note);
        RequirePairs(settings, start.Artifact);

        Device device = TorchDevice.Of(settings.Device);
        using ClassifierModel model = new(start.Artifact.Encoder, start.Artifact.Head, start.Artifact.Labels.Count, settings.Precision);
        model.LoadWeights(start.Artifact.Weights);
        model.to(device);
        using TokenStore tokens = new(folder.Tokens);
        IAnswerTask task = AnswerTasks.Create(settings, model, device, WordPieceTokenizer.Create(start.Artifact.Vocabulary, start.Artifact.Tokenizer), tokens);
        foreach (string line in task.Descriptions) say(line);
        resumed?.State.RequireSame(settings.Loop.Hash, task.DataHash, folder.Path);
        AnswerFigures[] untrained = MeasureTests("Before training", task, token); // of the base, also when a run goes on

        using Trainer trainer = new(settings.Loop, task, folder, resumed);
        if (task.Unfreezing is { } unfreezing) say(unfreezing.Describe(trainer.StepCount));
        say(string.Create(CultureInfo.InvariantCulture, $"Training on {device}: {trainer.StepCount:N0} steps of {settings.Batch * settings.Accumulation} rows{(resumed is null ? "" : $", from step {trainer.State.Step:N0}")}."));
        TrainingProgress.Run(trainer, "training", TrainingProgress.RowsLeft(trainer), "rows", $"go on with: rctonnx-train train --resume --output \"{settings.Output}\"", say, token);

        bool isBest = settings.Keep == KeptWeights.Best && task.HasDev;
        if (isBest) task.LoadWeights(CheckpointFile.Read(folder.Best).Weights);
        AnswerFigures? dev = task.HasDev ? task.MeasureDev(token) : null;
        AnswerFigures[] trained = MeasureTests("After training", task, token);
        AnswerOutcome outcome = new()
        {
            Model = start.Artifact with { Weights = task.ReadWeights() },
            Dev = dev,
            Tests = [.. task.TestNames.Select((name, i) => (name, untrained[i], trained[i]))],
            Runtime = null,
            ExportedStep = isBest ? trainer.State.BestStep : trainer.State.Step,
            Steps = trainer.State.Step,
            TrainingSeconds = trainer.State.Seconds,
            RowsPerSecond = trainer.RowsOf(trainer.State.Step) / trainer.State.Seconds,
        };
        NativeHeap.GiveBack();
        say("Export: proving the file in ONNX Runtime.");
        IReadOnlyDictionary<string, string> files = Hashes(settings);
        outcome = outcome with { Model = ModelExport.Write(folder.Model, outcome.Model with { Training = AnswerRecord.Of(settings, files, task, outcome) }, task.Proof(get_num_threads()), token) };
        if (task.TestNames.Count > 0) outcome = outcome with { Runtime = task.AskRuntime(folder.Model, get_num_threads(), token) };
        AtomicFile.WriteText(folder.Metrics, AnswerRecord.Metrics(settings, files, task, outcome).ToJsonString(TrainingRecord.Json) + "\n");
        FileCard.Write(folder.Card, folder.Model, outcome.Model, say);
        return outcome;
    }

    private static void RequirePairs(TrainSettings settings, ModelArtifact artifact)
    {
        if (artifact.Encoder.TokenTypeCount < 2)
            throw new ModelFileException($"'{settings.Base}' has {artifact.Encoder.TokenTypeCount} token type; {settings.Problem} reads pairs, which need 2. Take another encoder.");
    }

    private static AnswerFigures[] MeasureTests(string title, IAnswerTask task, CancellationToken token) => task.TestNames.Count == 0
        ? [] : ConsoleProgress.Run(title, null, "rows", progress => task.MeasureTests(progress, token));

    private static Dictionary<string, string> Hashes(TrainSettings settings) =>
        ((string[])[.. settings.Train, .. settings.Dev is { } dev ? [dev] : Array.Empty<string>(), .. settings.Test]).Distinct().ToDictionary(path => path, DataHash.OfFile);
}
