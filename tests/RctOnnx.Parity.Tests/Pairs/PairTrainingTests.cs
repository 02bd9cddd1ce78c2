using System.Globalization;
using RctOnnx.Onnx;
using RctOnnx.Parity.Tests.Training;
using RctOnnx.Runtime;
using RctOnnx.Train.Checkpointing;
using RctOnnx.Train.Settings;
using RctOnnx.Train.Training;
using Xunit;

namespace RctOnnx.Parity.Tests.Pairs;

/// <summary>Pairs read by two encoders, from rows to the answers of the exported file.</summary>
[Collection(TorchCollection.Name)]
public sealed class PairTrainingTests : IDisposable
{
    private static readonly string[] Words = ["were", "patients", "results"];
    private readonly SmallTask _task = new();

    public PairTrainingTests()
    {
        Write(_task.Train, 300, 1, Kind);
        Write(_task.Dev, 30, 2, Kind);
        Write(_task.Test, 30, 3, Kind);
    }

    public void Dispose() => _task.Dispose();

    // Neither text says it alone.
    private static string Kind(string first, string second) => first == "results" || second == "results" ? "some" : "none";

    [Theory]
    [InlineData(EncoderChoice.Shared)]
    [InlineData(EncoderChoice.Separate)]
    public void What_two_texts_say_together_is_learnt_proven_and_answered_by_the_runtime(EncoderChoice encoders)
    {
        TrainSettings settings = Settings("run") with { Encoders = encoders, Combine = FeatureCombination.Concat };
        TrainingOutcome outcome = Run(settings);
        Assert.True(outcome.Tests[0].Trained.Metrics.Accuracy > 0.9, $"{outcome.Tests[0].Trained.Metrics.Accuracy}");
        Assert.Equal(new RuntimeAgreement(30, 30), outcome.Runtime);
        RunFolder folder = new(settings.Output);
        ModelArtifact model = ModelFile.Read(folder.Model).Artifact!;
        Assert.Equal(new PairEncoding { Combine = FeatureCombination.Concat, IsShared = encoders == EncoderChoice.Shared }, model.PairEncoding);
        Assert.Contains(nameof(GraphDialect.CpuFp32), model.Proof!.Dialects);
        Assert.Equal(0, model.Proof.TextCount);
        Assert.True(model.Proof.PairCount > 30);
        using TextClassifier classifier = TextClassifier.Load(folder.Model);
        Assert.Equal("some", classifier.Classify(new TextPair("results a b .", "were c .")).Label);
        Assert.Equal("some", classifier.Classify(new TextPair("were a b .", "results c .")).Label);
        Assert.Equal("none", classifier.Classify(new TextPair("patients a b .", "were c .")).Label);

        // Training that goes on from the file starts where it ended; another reading of pairs is another model.
        TrainingOutcome next = Run(settings with { Base = folder.Model, Output = _task.File("next"), Steps = 1 });
        Assert.All(next.Tests[0].Untrained.Logits.Zip(outcome.Tests[0].Trained.Logits), pair => Assert.Equal(pair.Second, pair.First, 1e-4f));
        TrainSettings other = settings with { Base = folder.Model, Output = _task.File("other"), Steps = 1, Encoders = EncoderChoice.One, Combine = null };
        if (encoders == EncoderChoice.Separate) Assert.Contains("two encoders of their own", Assert.Throws<SettingsException>(() => Run(other)).Message);
        else Assert.Null(Run(other).Model.PairEncoding);
    }

    [Fact]
    public void Every_combination_and_both_kinds_of_weights_change_what_is_learnt()
    {
        List<float[]> all = [];
        foreach (EncoderChoice encoders in Enum.GetValues<EncoderChoice>())
            foreach (FeatureCombination? combine in encoders == EncoderChoice.One ? [null] : Enum.GetValues<FeatureCombination>().Select(one => (FeatureCombination?)one))
                all.Add([.. Run(Settings($"{encoders}-{combine}") with { Encoders = encoders, Combine = combine, Steps = 4 }).Tests[0].Trained.Logits]);
        Assert.Equal(11, all.Select(logits => string.Join(' ', logits)).Distinct().Count());
        Assert.Equal(all[4], Run(Settings("default") with { Encoders = EncoderChoice.Shared, Steps = 4 }).Tests[0].Trained.Logits); // side by side where nothing is said
    }

    [Fact]
    public void Several_labels_and_values_are_answered_for_pairs_too()
    {
        TrainSettings settings = Settings("run") with { Encoders = EncoderChoice.Separate, Combine = FeatureCombination.Concat };
        foreach (string file in (string[])[_task.Train, _task.Dev, _task.Test]) Write(file, 60, 4, (first, second) => $"{first}|{second}");
        TrainingOutcome labels = Run(settings with { Problem = ProblemType.MultiLabel });
        Assert.True(labels.Tests[0].Trained[MetricName.MicroF1] > 0.8, $"{labels.Tests[0].Trained[MetricName.MicroF1]}");
        Assert.Equal(new RuntimeAgreement(60, 60), labels.Runtime);
        foreach (string file in (string[])[_task.Train, _task.Dev, _task.Test]) Write(file, 60, 4, (first, second) => (100 * Array.IndexOf(Words, first) + Array.IndexOf(Words, second)).ToString(CultureInfo.InvariantCulture));
        TrainingOutcome values = Run(settings with { Problem = ProblemType.Regression, Output = _task.File("values") });
        Assert.True(values.Tests[0].Trained[MetricName.Pearson] > 0.8, $"{values.Tests[0].Trained[MetricName.Pearson]}");
        Assert.Equal(new RuntimeAgreement(60, 60), values.Runtime);
    }

    [Fact]
    public void A_run_that_is_stopped_and_resumed_ends_with_the_bits_of_one_that_was_not()
    {
        TrainSettings settings = Settings("whole") with { Encoders = EncoderChoice.Separate, Combine = FeatureCombination.Max, Epochs = 2, CheckpointEvery = 1 };
        long steps = Run(settings).Steps;
        StopAtCheckpoint.Run(_task.File("parts"), steps, stop => TrainingRun.Execute(settings with { Output = _task.File("parts") }, resume: false, _ => { }, stop));
        TrainingRun.Execute(settings with { Output = _task.File("parts") }, resume: true, _ => { }, CancellationToken.None);
        RunCheckpoint whole = CheckpointFile.Read(new RunFolder(_task.File("whole")).Last), parts = CheckpointFile.Read(new RunFolder(_task.File("parts")).Last);
        foreach ((string name, TensorData weight) in whole.Weights) Assert.True(weight.Bytes.Span.SequenceEqual(parts.Weights[name].Bytes.Span), name);
    }

    [Fact]
    public void Freezing_the_encoder_keeps_both()
    {
        TrainingOutcome outcome = Run(Settings("run") with { Encoders = EncoderChoice.Separate, Freeze = ["encoder"], Steps = 2 });
        ModelArtifact start = ModelFile.Read(_task.Base).Artifact!;
        foreach ((string name, TensorData weight) in start.Weights)
            foreach (string prefix in (string[])["", TensorNames.Second]) Assert.True(weight.Bytes.Span.SequenceEqual(outcome.Model.Weights[prefix + name].Bytes.Span), prefix + name);
    }

    [Theory]
    [InlineData("combine without two encoders", EncoderChoice.One, FeatureCombination.Sum, "pair")]
    [InlineData("without a pair column", EncoderChoice.Shared, null, null)]
    public void What_does_not_fit_is_refused(string fault, EncoderChoice encoders, FeatureCombination? combine, string? column) =>
        Assert.Contains(fault, Assert.Throws<SettingsException>(() => Run(Settings("run") with { Encoders = encoders, Combine = combine, PairColumn = column })).Message);

    private TrainSettings Settings(string output) => _task.Settings(output) with { PairColumn = "pair", Epochs = 6, Threads = 1 };

    private static TrainingOutcome Run(TrainSettings settings) => TrainingRun.Execute(settings, resume: false, _ => { }, CancellationToken.None);

    private static void Write(string path, int rows, int seed, Func<string, string, string> label)
    {
        Random random = new(seed);
        File.WriteAllLines(path, ["label\ttext\tpair", .. Enumerable.Range(0, rows).Select(i =>
        {
            string first = Words[random.Next(3)], second = i % 2 == 0 ? first : Words[random.Next(3)];
            return $"{label(first, second)}\t{first} {Letters()} .\t{second} {Letters()} .";
        })]);

        string Letters() => string.Join(' ', Enumerable.Range(0, random.Next(0, 5)).Select(_ => (char)('a' + random.Next(26))));
    }
}
