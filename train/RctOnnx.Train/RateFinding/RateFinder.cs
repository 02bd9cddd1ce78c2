using RctOnnx.CommandLine;
using RctOnnx.Data;
using RctOnnx.Runtime.Tokenization;
using RctOnnx.Train.Bases;
using RctOnnx.Train.Batching;
using RctOnnx.Train.Examples;
using RctOnnx.Train.Modules;
using RctOnnx.Train.Optimization;
using RctOnnx.Train.Settings;
using RctOnnx.Train.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace RctOnnx.Train.RateFinding;

/// <summary>Trains for some steps at rising rates and keeps the losses; the weights are thrown away.</summary>
internal static class RateFinder
{
    /// <summary>The losses by rate, up to the end of the range or to where training diverges.</summary>
    /// <param name="settings">Of the training that the rate is for.</param>
    /// <param name="range">What is tried.</param>
    /// <param name="say">Takes messages for people.</param>
    /// <param name="token">Stops.</param>
    /// <exception cref="SettingsException">The settings or the range cannot be used.</exception>
    /// <exception cref="DataException">Data is missing or broken.</exception>
    public static IReadOnlyList<RatePoint> Search(TrainSettings settings, RateRange range, Action<string> say, CancellationToken token)
    {
        settings.Validate();
        range.Validate();
        if (AnswerFaults.IsAnswerTask(settings.Problem)) throw new SettingsException($"problem is {settings.Problem}: find-rate knows labels and values of texts only. Try some rates with rctonnx-train train.");
        if (settings.Teacher is not null) throw new SettingsException("find-rate trains on the labels alone: leave --teacher out. A teacher's share of the loss hardly moves the rate.");
        using TorchThreads threads = TorchThreads.Use(settings.Threads);
        using DisposeScope scope = NewDisposeScope();
        TaskData data = TaskData.Open(settings);
        LabelSet labels = TaskLabels.Of(settings, data.Train);
        TrainingBase start = TrainingBase.Load(settings, labels.Names);
        foreach (string note in start.Notes) say(note);
        WordPieceTokenizer tokenizer = WordPieceTokenizer.Create(start.Artifact.Vocabulary, start.Artifact.Tokenizer);
        using TokenStore tokens = new(new RunFolder(settings.Output).Tokens);
        ExampleSet train = new ExampleReader(tokenizer, labels, settings.MaxLength, settings.Problem, start.Artifact.Document, start.Artifact.PairEncoding is not null).Read("train", data.Train, keepTexts: false, tokens);
        Device device = TorchDevice.Of(settings.Device);
        using ClassifierModel model = ClassifierModel.Of(start.Artifact, settings.Precision);
        model.LoadWeights(HeadStart.Weights(start, train, settings.Problem == Onnx.ProblemType.Regression ? ValueScale.Of(train.Values) : null));
        model.to(device);
        using ClassificationTask task = new(settings, model, device, train, null, tokenizer.PadId, labels.Names);
        manual_seed(settings.Seed);
        task.StartTraining(token);
        return MemoryFaults.Named(settings.Loop, () => ConsoleProgress.Run("searching", range.StepCount, "steps", progress => Steps(task, settings, range, progress, token)));
    }

    private static List<RatePoint> Steps(ITrainingTask task, TrainSettings settings, RateRange range, IWorkProgress progress, CancellationToken token)
    {
        using AdamOptimizer optimizer = new(ParameterGroups.Of(task.Parameters, settings.WeightDecay, task.RateFactor, task.FirstStep), new AdamOptions { DecoupledDecay = settings.Optimizer == OptimizerKind.AdamW });
        List<RatePoint> points = [];
        for (int epoch = 0; points.Count < range.StepCount; epoch++)
            foreach (int[][] window in BatchPlan.ForEpoch(task.Lengths, settings.Batch, settings.Seed, epoch).Chunk(settings.Accumulation))
            {
                token.ThrowIfCancellationRequested();
                TrainingBatch[] batches = [.. window.Select(rows => task.Prepare(rows, epoch))];
                double weight = batches.Sum(batch => batch.Weight), loss = 0;
                optimizer.ZeroGradients();
                foreach (TrainingBatch batch in batches)
                {
                    using DisposeScope scope = NewDisposeScope();
                    Tensor part = batch.LossSum().Over(weight);
                    part.backward();
                    loss += part.item<float>();
                }
                points.Add(range.Next(points, loss));
                double norm = optimizer.GradientNorm();
                if (RateRange.IsOver(points) || !double.IsFinite(loss) || !double.IsFinite(norm) || points.Count == range.StepCount) return points;
                optimizer.Step(points[^1].Rate, GradientClip.Scale(norm, settings.MaxGradientNorm));
                progress.Advance(1);
                progress.Describe($"rate {points[^1].Rate:E1}, loss {points[^1].Smoothed:F3}");
            }
        return points;
    }
}
