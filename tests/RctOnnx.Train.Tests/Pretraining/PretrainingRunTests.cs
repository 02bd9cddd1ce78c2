using System.Text.Json.Nodes;
using RctOnnx.Onnx;
using RctOnnx.Runtime;
using RctOnnx.Testing;
using RctOnnx.Train.Modules;
using RctOnnx.Train.Pretraining;
using RctOnnx.Train.Settings;
using RctOnnx.Train.Training;
using RctOnnx.Train.Vocabulary;
using Xunit;

namespace RctOnnx.Train.Tests.Pretraining;

[Collection(TorchCollection.Name)]
public class PretrainingRunTests
{
    // A language with a rule to learn: the second word says what the fourth is.
    private static PretrainSettings Prepare(TemporaryFolder folder)
    {
        Random random = new(2);
        string[] animals = ["dog", "cat", "owl", "cow"], sounds = ["barks", "meows", "hoots", "moos"], days = ["monday", "sunday", "friday"];
        List<string> texts = [];
        for (int i = 0; i < 400; i++)
        {
            int animal = random.Next(4);
            texts.Add($"the {animals[animal]} always {sounds[animal]} on {days[random.Next(3)]}");
            texts.Add("");
        }
        File.WriteAllLines(folder.File("texts.txt"), texts);
        WordCounter words = new(new TokenizerSettings { LowerCase = true });
        foreach (string text in texts) words.Add(text);
        File.WriteAllLines(folder.File("vocab.txt"), VocabularyTrainer.Train(words.Counts, new TokenizerSettings { LowerCase = true }));
        return new PretrainSettings
        {
            Vocabulary = folder.File("vocab.txt"),
            Input = [folder.File("texts.txt")],
            Output = folder.File("run"),
            Layers = 1,
            Hidden = 32,
            Heads = 2,
            Intermediate = 64,
            MaxLength = 16,
            SeparateTexts = true,
            Batch = 16,
            Steps = 120,
            EvaluateEvery = 40,
            LearningRate = 5e-3,
            HeldOutShare = 0.1,
            MaskShare = 0.2,
            Device = DeviceChoice.Cpu,
        };
    }

    private static PretrainingOutcome Run(PretrainSettings settings, bool resume = false, CancellationToken? token = null) =>
        PretrainingRun.Execute(settings, resume, _ => { }, TimeProvider.System, token ?? TestContext.Current.CancellationToken);

    [Fact]
    public void Hiding_pieces_one_by_one_is_another_training()
    {
        using TemporaryFolder folder = new();
        PretrainSettings settings = Prepare(folder) with { Steps = 3 };
        File.WriteAllLines(settings.Vocabulary!, ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", .. "abcdefghijklmnopqrstuvwxyz".SelectMany(letter => (string[])[$"{letter}", $"##{letter}"])]);
        Run(settings);
        Run(settings with { Output = folder.File("pieces"), MaskPieces = true });
        Run(settings with { Output = folder.File("again") });
        Assert.Equal(Losses(settings.Output), Losses(folder.File("again")));
        Assert.NotEqual(Losses(settings.Output), Losses(folder.File("pieces")));

        static string[] Losses(string output) => [.. File.ReadLines(new RunFolder(output).Log).Select(line => JsonNode.Parse(line)!["loss"]!.ToJsonString())];
    }

    [Fact]
    public void Execute_lowers_the_perplexity_and_leaves_an_encoder_that_training_starts_from()
    {
        using TemporaryFolder folder = new();
        PretrainSettings settings = Prepare(folder);
        PretrainingOutcome outcome = Run(settings);
        Assert.True(outcome.After!.Perplexity < outcome.Before!.Perplexity / 4, $"{outcome.Before.Perplexity} before, {outcome.After.Perplexity} after");
        ModelArtifact read = ModelFile.Read(new RunFolder(settings.Output).Model).Artifact!;
        Assert.Equal((HeadKind.None, Pooling.Mean), (read.Head.Kind, read.Head.Pooling));
        Assert.NotEmpty(read.Probes);
        Assert.Equal(120, (long)read.Training!["steps"]!);
        Assert.Equal("texts.txt", (string?)read.Training["settings"]!["input"]![0]);
        Assert.DoesNotContain(folder.Path, read.Training.ToJsonString(), StringComparison.Ordinal);

        // The same with its head names what was hidden, and is a base that goes on from there.
        string masked = new RunFolder(settings.Output).MaskedModel;
        using (MaskFiller filler = MaskFiller.Load(masked))
            Assert.Equal(["barks", "meows"], ((string[])["the dog always [MASK] on monday", "the cat always [MASK] on sunday"]).Select(text => filler.Fill(text)[0].Pieces[0].Piece));
        PretrainingOutcome further = Run(settings with { Vocabulary = null, Base = masked, Output = folder.File("further"), Steps = 1 });
        Assert.Equal(outcome.After.Perplexity, further.Before!.Perplexity, 1e-3);
        Assert.Equal(HeadKind.None, ModelFile.Read(new RunFolder(folder.File("further")).Model).Artifact!.Head.Kind);

        File.WriteAllLines(folder.File("train.tsv"), ["label\ttext", .. Enumerable.Range(0, 40).Select(i => i % 2 == 0 ? "yes\tthe dog always barks" : "no\tthe cat always meows")]);
        TrainingOutcome trained = TrainingRun.Execute(new TrainSettings
        {
            Base = new RunFolder(settings.Output).Model,
            Train = [folder.File("train.tsv")],
            Test = [folder.File("train.tsv")],
            Output = folder.File("classifier"),
            Epochs = 4,
            Batch = 8,
            MaxLength = 16,
            LearningRate = 1e-2,
            Device = DeviceChoice.Cpu,
        }, false, _ => { }, TestContext.Current.CancellationToken);
        Assert.Equal(1, Assert.Single(trained.Tests).Trained.Metrics.Accuracy);
        Assert.Equal(Pooling.Mean, trained.Model.Head.Pooling);
    }

    [Fact]
    public void An_electra_learns_to_tell_replaced_tokens_and_its_encoder_starts_a_training()
    {
        using TemporaryFolder folder = new();
        PretrainSettings settings = Electra(folder) with { Steps = 300 };
        PretrainingOutcome outcome = Run(settings);
        (DetectionFigures before, DetectionFigures after) = (outcome.Before!.Detection!, outcome.After!.Detection!);
        Assert.True(outcome.After.Perplexity < outcome.Before.Perplexity / 4, $"{outcome.Before.Perplexity} before, {outcome.After.Perplexity} after");
        Assert.True(after.Accuracy > 1 - after.ReplacedShare, $"{after}: no better than saying original always");
        Assert.True(after.Loss < before.Loss / 2 && after.Recall > 0.2, $"{before} before, {after} after");
        ModelArtifact read = ModelFile.Read(new RunFolder(settings.Output).Model).Artifact!;
        Assert.Equal((Architecture.Electra, 16, 32, 1, HeadKind.None), (read.Encoder.Architecture, read.Encoder.EmbeddingWidth, read.Encoder.HiddenWidth, read.Encoder.LayerCount, read.Head.Kind));
        Assert.Equal("replaced token detection", (string?)read.Training!["task"]);
        Assert.Equal(after.Accuracy, (double)read.Training["detection_accuracy_after"]!);
        PretrainSettings further = settings with { Vocabulary = null, Base = new RunFolder(settings.Output).Model, Output = folder.File("further"), Architecture = Architecture.Bert, Embedding = null, Steps = 1 };
        Assert.Equal(Architecture.Electra, Run(further).Model.Encoder.Architecture);
    }

    [Fact]
    public void Replaced_token_detection_of_a_bert_is_refused_and_so_are_shapes_that_do_not_fit()
    {
        using TemporaryFolder folder = new();
        PretrainSettings settings = Prepare(folder) with { Steps = 1 };
        Assert.Contains("NaN", Assert.Throws<SettingsException>(() => Run(settings with { LearningRate = double.NaN })).Message);
        Assert.Contains("ELECTRA's", Assert.Throws<SettingsException>(() => Run(settings with { Task = PretrainingTask.Rtd })).Message);
        Assert.Contains("embedding is 16", Assert.Throws<SettingsException>(() => Run(settings with { Embedding = 16 })).Message);
        Run(settings);
        PretrainSettings further = settings with { Vocabulary = null, Base = new RunFolder(settings.Output).Model, Output = folder.File("further"), Task = PretrainingTask.Rtd };
        Assert.Contains("is a BERT", Assert.Throws<SettingsException>(() => Run(further)).Message);
    }

    private static PretrainSettings Electra(TemporaryFolder folder) => Prepare(folder) with
    {
        Task = PretrainingTask.Rtd,
        Architecture = Architecture.Electra,
        Embedding = 16,
        GeneratorShare = 0.5,
    };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_run_that_was_stopped_and_resumed_ends_with_the_same_bits(bool electra)
    {
        using TemporaryFolder folder = new();
        PretrainSettings whole = (electra ? Electra(folder) : Prepare(folder)) with { Dropout = 0.1, Steps = 50, EvaluateEvery = 20 }, parts = whole with { Output = folder.File("parts") };
        PretrainingOutcome expected = Run(whole);
        using CancellationTokenSource stop = new();
        string last = Path.Combine(parts.Output, "last");
        using Timer timer = new(_ => { if (Directory.Exists(last)) stop.Cancel(); }, null, 0, 5);
        Assert.ThrowsAny<OperationCanceledException>(() => Run(parts, token: stop.Token));
        PretrainingOutcome resumed = Run(parts, resume: true);
        Assert.All(expected.Model.Weights, pair => Assert.True(pair.Value.Bytes.Span.SequenceEqual(resumed.Model.Weights[pair.Key].Bytes.Span), pair.Key));
        Assert.Equal(expected.Before, resumed.Before);
        Assert.Equal(expected.After, resumed.After);
    }

    [Fact]
    public void A_run_of_minutes_ends_with_the_clock_and_takes_the_rate_to_zero()
    {
        using TemporaryFolder folder = new();
        PretrainSettings settings = Prepare(folder) with { Steps = null, Minutes = 1 };
        // Every look at the clock is two seconds later: a step takes two seconds, a minute thirty steps.
        PretrainingOutcome outcome = PretrainingRun.Execute(settings, false, _ => { }, new SteppingTime(TimeSpan.FromSeconds(2)), TestContext.Current.CancellationToken);
        Assert.Equal(30, outcome.Steps);
        string[] log = [.. File.ReadLines(new RunFolder(settings.Output).Log).Where(line => line.Contains("\"train\"", StringComparison.Ordinal))];
        double[] rates = [.. log.Select(line => System.Text.Json.JsonDocument.Parse(line).RootElement.GetProperty("learning_rate").GetDouble())];
        Assert.Equal(0, rates[0]);
        Assert.True(rates.Max() <= settings.LearningRate);
        Assert.True(rates[^1] < settings.LearningRate / 10, $"the last rate is {rates[^1]}");
    }

    [Fact]
    public void An_encoder_goes_on_from_its_file_with_its_own_pooling()
    {
        using TemporaryFolder folder = new();
        PretrainSettings settings = Prepare(folder) with { Pooling = Pooling.Cls, Steps = 20 };
        Run(settings);
        PretrainSettings further = settings with { Vocabulary = null, Base = new RunFolder(settings.Output).Model, Output = folder.File("further"), Pooling = null };
        PretrainingBase start = PretrainingBase.Load(further, _ => { });
        ModelArtifact before = ModelFile.Read(further.Base).Artifact!;
        Assert.All(before.Weights, pair => Assert.True(pair.Value.Bytes.Span.SequenceEqual(start.Encoder.Weights[pair.Key].Bytes.Span), pair.Key));
        PretrainingOutcome outcome = Run(further);
        Assert.Equal(Pooling.Cls, outcome.Model.Head.Pooling);
        Assert.Contains("positions", Assert.Throws<SettingsException>(() => PretrainingBase.Load(further with { MaxLength = 17 }, _ => { })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Settings_that_cannot_be_used_are_listed_together()
    {
        string message = Assert.Throws<SettingsException>(() => new PretrainSettings { Heads = 3, Batch = 0, Precision = Precision.Fp32 }.Validate()).Message;
        foreach (string fault in (string[])["--vocabulary", "--input", "--output", "--steps or --minutes", "3 heads", "batch is 0"])
            Assert.Contains(fault, message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_with_a_run_is_not_overwritten_and_one_without_is_not_resumed()
    {
        using TemporaryFolder folder = new();
        PretrainSettings settings = Prepare(folder) with { Steps = 2 };
        Assert.Throws<ModelFileException>(() => Run(settings, resume: true));
        Run(settings);
        Assert.Throws<OutputException>(() => Run(settings));
        Assert.Contains("settings", Assert.Throws<SettingsException>(() => Run(settings with { LearningRate = 1e-3 }, resume: true)).Message, StringComparison.Ordinal);
    }

    private sealed class SteppingTime(TimeSpan step) : TimeProvider
    {
        private long _now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now += step.Ticks;
    }
}
