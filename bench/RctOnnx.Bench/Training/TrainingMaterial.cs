using RctOnnx.Bench.Figures;
using RctOnnx.Data;
using RctOnnx.Runtime.Tokenization;
using RctOnnx.Train.Bases;
using RctOnnx.Train.Examples;
using RctOnnx.Train.Modules;
using RctOnnx.Train.Settings;

namespace RctOnnx.Bench.Training;

/// <summary>What every contestant trains: MiniLM-L6 on the sentences of the abstracts, cut at 128 tokens, in batches of 32.</summary>
/// <param name="Settings">As in the training guide.</param>
/// <param name="Base">Encoder, head and tokenizer.</param>
/// <param name="Train">The training rows as tokens.</param>
internal sealed record TrainingMaterial(TrainSettings Settings, TrainingBase Base, ExampleSet Train)
{
    /// <summary>Reads weights and rows from <see cref="BenchmarkFolders"/>.</summary>
    public static TrainingMaterial Load(string output)
    {
        TrainSettings settings = new()
        {
            Base = BenchmarkFolders.Weights("all-MiniLM-L6-v2"),
            Train = [BenchmarkFolders.Data("rct-abstracts", "train.txt")],
            Output = output,
            Batch = 32,
            MaxLength = 128,
            LearningRate = 5e-5,
            WarmupSteps = 100,
            Precision = Precision.BFloat16,
            Epochs = 2,
        };
        TaskData data = TaskData.Open(settings);
        LabelSet labels = LabelSet.Of(data.Train);
        TrainingBase start = TrainingBase.Load(settings, labels.Names);
        WordPieceTokenizer tokenizer = WordPieceTokenizer.Create(start.Artifact.Vocabulary, start.Artifact.Tokenizer);
        return new TrainingMaterial(settings, start, new ExampleReader(tokenizer, labels, settings.MaxLength).Read("train", data.Train, keepTexts: false));
    }

    /// <summary>The figures of steps that are done.</summary>
    /// <param name="batches">Rows of each step.</param>
    /// <param name="seconds">Of each step.</param>
    public RoundResult Figures(IReadOnlyList<int[]> batches, IReadOnlyList<double> seconds)
    {
        double total = seconds.Sum();
        long rows = batches.Sum(batch => batch.Length);
        long tokens = batches.Sum(batch => batch.Sum(row => (long)Train.Tokens.Length(row)));
        long positions = batches.Sum(batch => (long)batch.Length * batch.Max(Train.Tokens.Length));
        double operations = batches.Sum(batch => batch.Sum(row =>
            StepCost.OfRow(Base.Artifact.Encoder, Base.Artifact.Head, Base.Artifact.Labels.Count, Train.Tokens.Length(row))));
        return new RoundResult
        {
            Seconds = Samples.Median(seconds),
            SentencesPerSecond = rows / total,
            TokensPerSecond = tokens / total,
            GigaflopsPerSecond = operations / total / 1e9,
            Padding = 1 - (double)tokens / positions,
            PeakMemory = PeakMemory.Read(),
        };
    }
}
