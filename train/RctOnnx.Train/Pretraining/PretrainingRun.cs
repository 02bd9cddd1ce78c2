using System.Globalization;
using System.Text.Json.Nodes;
using RctOnnx.Onnx;
using RctOnnx.Runtime.Tokenization;
using RctOnnx.Train.Checkpointing;
using RctOnnx.Train.Export;
using RctOnnx.Train.Reports;
using RctOnnx.Train.Training;
using RctOnnx.Weights.HuggingFace;
using TorchSharp;
using static TorchSharp.torch;

namespace RctOnnx.Train.Pretraining;

/// <summary>The whole way of pre-training: base, texts, training, model file.</summary>
internal static class PretrainingRun
{
    /// <summary>Runs to the end and leaves settings.json, metrics.jsonl, last/, model.onnx with model-card.md and, of a masked language model, masked_lm.onnx with masked_lm.md in the output folder.</summary>
    /// <param name="settings">Checked here.</param>
    /// <param name="resume">Go on from the checkpoint in the folder.</param>
    /// <param name="say">Takes messages for people.</param>
    /// <param name="time">Measures the run.</param>
    /// <param name="token">Stops the run; it can be resumed.</param>
    public static PretrainingOutcome Execute(PretrainSettings settings, bool resume, Action<string> say, TimeProvider time, CancellationToken token)
    {
        settings.Validate();
        return MemoryFaults.Named(settings.Loop, () => Run(settings, resume, say, time, token));
    }

    private static PretrainingOutcome Run(PretrainSettings settings, bool resume, Action<string> say, TimeProvider time, CancellationToken token)
    {
        using TorchThreads threads = TorchThreads.Use(settings.Threads);
        using DisposeScope scope = NewDisposeScope();
        RunFolder folder = new(settings.Output);
        RunCheckpoint? resumed = folder.Open(resume, settings.ToText() + "\n");
        PretrainingBase start = PretrainingBase.Load(settings, say);
        ModelArtifact encoder = start.Encoder;
        using PretrainingTexts texts = PretrainingTexts.Read(settings, WordPieceTokenizer.Create(encoder.Vocabulary, encoder.Tokenizer), token);
        say(string.Create(CultureInfo.InvariantCulture,
            $"{texts.TextCount:N0} texts, {texts.ExcludedCount:N0} left out, {texts.RepeatedCount:N0} repeated; {texts.Train.TokenCount:N0} tokens in {texts.Train.RowCount:N0} blocks to learn from, {texts.HeldOut.RowCount:N0} blocks held out."));
        if (settings.HeldOutShare > 0 && texts.HeldOut.RowCount == 0)
            say("No document was held out, so that no perplexity will be known. A plain text is one document up to an empty line: put one between documents, or raise --held-out-share.");

        Device device = TorchDevice.Of(settings.Device);
        using IPretrainingTask task = PretrainingTasks.Create(settings, start, device, texts);
        PretrainingFigures? before = task.HasDev ? task.Measure(token) : null; // of the start, also when a run goes on
        using Trainer trainer = new(settings.Loop, task, folder, resumed, time);
        say(string.Create(CultureInfo.InvariantCulture,
            $"Training on {device} with {get_num_threads()} threads: {encoder.Encoder.LayerCount} layers of width {encoder.Encoder.HiddenWidth}, {task.Parameters.Values.Sum(one => one.numel()):N0} parameters{(resumed is null ? "" : $", from step {trainer.State.Step:N0}")}."));
        long? total = settings.Steps is { } steps ? trainer.RowsOf(steps) - trainer.RowsOf(trainer.State.Step) : null;
        TrainingProgress.Run(trainer, "pre-training", total, "blocks", "give the same command with --resume to go on.", say, token);

        PretrainingOutcome outcome = new()
        {
            Model = encoder with { Weights = task.Encoder.ReadWeights() },
            Steps = trainer.State.Step,
            Seconds = trainer.State.Seconds,
            Tokens = (long)((trainer.State.Epoch + (double)trainer.State.BatchIndex * settings.Batch / texts.Train.RowCount) * texts.Train.TokenCount),
            Before = before,
            After = task.HasDev ? task.Measure(token) : null,
        };
        say("Export: proving the file in ONNX Runtime.");
        ModelExportOptions proof = new() { Threads = get_num_threads() };
        ModelArtifact trained = outcome.Model with { Training = Record(settings, texts, outcome) };
        if (settings.Task == PretrainingTask.Mlm)
        {
            ModelArtifact masked = ModelExport.Write(folder.MaskedModel, WithHead(trained, task.ReadWeights()), proof, token);
            FileCard.WriteBeside(folder.MaskedModel, masked, say);
        }
        outcome = outcome with { Model = ModelExport.Write(folder.Model, trained, proof, token) };
        FileCard.Write(folder.Card, folder.Model, outcome.Model, say);
        return outcome;
    }

    // The encoder with the head that it was trained with; the word table is its output matrix, so that the file is hardly larger.
    private static ModelArtifact WithHead(ModelArtifact encoder, IReadOnlyDictionary<string, TensorData> weights)
    {
        ModelArtifact whole = encoder with { Head = CheckpointTask.MaskHead, ProblemType = ProblemType.MaskedLm };
        return whole with { Weights = WeightShapes.Of(whole.Encoder, whole.Head, 0).ToDictionary(weight => weight.Key, weight => weights[weight.Key]) };
    }

    private static JsonObject Record(PretrainSettings settings, PretrainingTexts texts, PretrainingOutcome outcome)
    {
        // A record that travels with the model shall not tell how its author's disk is laid out.
        PretrainSettings shown = settings with
        {
            Vocabulary = NameOf(settings.Vocabulary),
            Base = NameOf(settings.Base),
            Input = [.. settings.Input.Select(path => NameOf(path)!)],
            Exclude = [.. settings.Exclude.Select(path => NameOf(path)!)],
            Output = NameOf(settings.Output)!,
        };
        return new JsonObject
        {
            ["task"] = settings.Task == PretrainingTask.Mlm ? "masked language model" : "replaced token detection",
            ["settings"] = JsonNode.Parse(shown.ToText()),
            ["texts"] = texts.TextCount,
            ["excluded_texts"] = texts.ExcludedCount,
            ["tokens"] = texts.Train.TokenCount,
            ["data_hash"] = texts.Hash,
            ["steps"] = outcome.Steps,
            ["tokens_passed"] = outcome.Tokens,
            ["perplexity_before"] = outcome.Before?.Perplexity,
            ["perplexity_after"] = outcome.After?.Perplexity,
            ["detection_accuracy_before"] = outcome.Before?.Detection?.Accuracy,
            ["detection_accuracy_after"] = outcome.After?.Detection?.Accuracy,
            ["detection_recall_after"] = outcome.After?.Detection?.Recall,
            ["replaced_share_after"] = outcome.After?.Detection?.ReplacedShare,
            ["versions"] = TrainingRecord.Versions(),
        };
    }

    private static string? NameOf(string? path) => path is null ? null : Path.GetFileName(path.TrimEnd(Path.DirectorySeparatorChar));
}
