using System.Text.Json;
using RctOnnx.Data;
using RctOnnx.Onnx;
using RctOnnx.Runtime;
using RctOnnx.Testing;
using RctOnnx.Train.Bases;
using RctOnnx.Train.Checkpointing;
using RctOnnx.Train.Export;
using RctOnnx.Train.Modules;
using RctOnnx.Train.Reports;
using RctOnnx.Train.Settings;
using RctOnnx.Train.Training;
using RctOnnx.Weights.HuggingFace;
using TorchSharp;
using Xunit;

namespace RctOnnx.Parity.Tests.Training;

[Collection(TorchCollection.Name)]
public sealed class TrainingRunTests : IDisposable
{
    private readonly SmallTask _task = new();

    public void Dispose() => _task.Dispose();

    [Fact]
    public void A_run_ends_with_a_proven_model_that_learnt_the_task_and_all_its_files()
    {
        TrainSettings settings = _task.Settings();
        TrainingOutcome outcome = TrainingRun.Execute(settings, resume: false, _ => { }, CancellationToken.None);
        TestFigures test = Assert.Single(outcome.Tests);
        Assert.True(test.Trained.Metrics.Accuracy > 0.9, $"accuracy {test.Trained.Metrics.Accuracy}");
        Assert.True(test.Untrained.Metrics.Accuracy < test.Trained.Metrics.Accuracy);
        Assert.Equal(new RuntimeAgreement(20, 20), outcome.Runtime);
        Assert.Equal(90, outcome.Steps);

        RunFolder folder = new(settings.Output);
        using TextClassifier classifier = TextClassifier.Load(folder.Model);
        Assert.Equal(["patients", "results", "were"], classifier.Labels);
        Assert.Equal("results", classifier.Classify("results a b c .").Label);
        ModelArtifact model = ModelFile.Read(folder.Model).Artifact!;
        string record = model.Training!.ToJsonString();
        Assert.Contains("train_hash", record);
        Assert.DoesNotContain(Path.GetDirectoryName(settings.Output)!, record);
        JsonElement metrics = JsonDocument.Parse(File.ReadAllText(folder.Metrics)).RootElement;
        Assert.Equal(test.Trained.Metrics.Accuracy, metrics.GetProperty("sets").GetProperty("test").GetProperty("trained").GetProperty("accuracy").GetDouble());
        Assert.Equal(20, metrics.GetProperty("runtime").GetProperty("agreed").GetInt32());
        Assert.Equal(SettingsJson.ToText(settings), SettingsJson.ToText(SettingsJson.Parse(SettingsJson.ReadObject(folder.Settings))));
        Assert.Equal(90 + 3, File.ReadAllLines(folder.Log).Length);
        byte[] events = File.ReadAllBytes(Assert.Single(Directory.GetFiles(folder.TensorBoard)));
        foreach (string tag in (string[])["train/loss", "train/learning_rate", "train/gradient_norm", "dev/loss", "dev/accuracy", "dev/macro_f1"])
            Assert.True(events.AsSpan().IndexOf(System.Text.Encoding.ASCII.GetBytes(tag)) > 0, tag);
        string page = File.ReadAllText(Path.Combine(folder.Path, RunReport.PageFile));
        Assert.All(settings.Train.Concat(settings.Test), file => Assert.Contains(DataHash.OfFile(file), page));
        Assert.Contains(test.Trained.Metrics.Accuracy.ToString("P2", System.Globalization.CultureInfo.InvariantCulture), page);
        Assert.All((string[])[RunReport.ComparisonFile, RunReport.CurvesFile, RunReport.ConfusionFile], name => Assert.Contains(Convert.ToBase64String(File.ReadAllBytes(Path.Combine(folder.Path, name))), page));
    }

    [Theory]
    [InlineData(Precision.Fp32)]
    [InlineData(Precision.BFloat16)]
    public void A_run_that_is_stopped_and_resumed_ends_with_the_bits_of_one_that_was_not(Precision precision)
    {
        TrainSettings settings = _task.Settings() with { Accumulation = 2, Precision = precision, EvaluateEvery = 7 };
        (RunState whole, IReadOnlyDictionary<string, TensorData> expected) = StoppedRun.Train(settings with { Output = _task.File("whole") }, stopAfterRows: null);
        TrainSettings parts = settings with { Output = _task.File("parts") };
        Assert.Throws<OperationCanceledException>(() => StoppedRun.Train(parts, stopAfterRows: 30));
        Assert.Throws<OperationCanceledException>(() => StoppedRun.Train(parts, stopAfterRows: 150));
        (RunState state, IReadOnlyDictionary<string, TensorData> found) = StoppedRun.Train(parts, stopAfterRows: null);
        Assert.Equal(whole with { Seconds = 0 }, state with { Seconds = 0 });
        foreach ((string name, TensorData weight) in expected) Assert.True(weight.Bytes.Span.SequenceEqual(found[name].Bytes.Span), name);
        Assert.Equal(Losses("whole"), Losses("parts"));
        Assert.Equal(BestWeights("whole"), BestWeights("parts"));
    }

    [Fact]
    public void Two_runs_with_one_seed_are_equal_and_another_seed_is_not()
    {
        IReadOnlyDictionary<string, TensorData> first = StoppedRun.Train(_task.Settings("first"), null).Weights, second = StoppedRun.Train(_task.Settings("second"), null).Weights;
        foreach ((string name, TensorData weight) in first) Assert.True(weight.Bytes.Span.SequenceEqual(second[name].Bytes.Span), name);
        IReadOnlyDictionary<string, TensorData> other = StoppedRun.Train(_task.Settings("other") with { Seed = 2 }, null).Weights;
        Assert.False(first[TensorNames.WordEmbeddings].Bytes.Span.SequenceEqual(other[TensorNames.WordEmbeddings].Bytes.Span));
    }

    [Fact]
    public void A_frozen_encoder_keeps_its_bits_while_the_head_learns_and_stays_frozen_after_a_stop()
    {
        TrainSettings settings = _task.Settings("frozen") with { Freeze = ["encoder"], Head = HeadChoice.Mean, Keep = KeptWeights.Last, Output = _task.File("frozen") };
        List<string> said = [];
        TrainingOutcome outcome = TrainingRun.Execute(settings, resume: false, said.Add, CancellationToken.None);
        Assert.Contains(said, line => line.StartsWith("Frozen: ", StringComparison.Ordinal) && line.Contains("computed once", StringComparison.Ordinal));
        IReadOnlyDictionary<string, TensorData> start = TrainingBase.Load(settings, outcome.Model.Labels).Artifact.Weights;
        foreach ((string name, TensorData weight) in outcome.Model.Weights)
            Assert.True(weight.Bytes.Span.SequenceEqual(start[name].Bytes.Span) == !name.StartsWith("head.", StringComparison.Ordinal), name);
        double[] losses = [.. outcome.Log.Where(entry => entry.Kind == "train").Select(entry => entry.Loss)];
        Assert.True(losses[^30..].Average() < losses[..30].Average() - 0.02, "the head learns");

        TrainSettings parts = settings with { Output = _task.File("parts") };
        Assert.Throws<OperationCanceledException>(() => StoppedRun.Train(parts, stopAfterRows: 30));
        foreach ((string name, TensorData weight) in StoppedRun.Train(parts, stopAfterRows: null).Weights)
            Assert.True(weight.Bytes.Span.SequenceEqual(outcome.Model.Weights[name].Bytes.Span), name);
    }

    [Fact]
    public void Frozen_layers_keep_their_bits_and_those_above_learn()
    {
        TrainSettings settings = _task.Settings() with { Freeze = ["layers:1"], Steps = 3 };
        IReadOnlyDictionary<string, TensorData> trained = StoppedRun.Train(settings, null).Weights, start = TrainingBase.Load(settings, ["patients", "results", "were"]).Artifact.Weights;
        bool IsKept(string name) => trained[name].Bytes.Span.SequenceEqual(start[name].Bytes.Span);
        Assert.True(IsKept(TensorNames.WordEmbeddings) && IsKept("encoder.layer.0.attention.query.weight"));
        Assert.False(IsKept("encoder.layer.1.attention.query.weight"));
    }

    [Fact]
    public void Layer_decay_moves_the_lower_layers_less()
    {
        TrainSettings settings = _task.Settings() with { Steps = 1, WarmupSteps = 0 };
        double Moved(double decay, string name)
        {
            TrainSettings own = settings with { LayerDecay = decay, Output = _task.File($"decay-{decay}-{name}") };
            float[] before = TrainingBase.Load(own, ["patients", "results", "were"]).Artifact.Weights[name].ToFloats(), after = StoppedRun.Train(own, null).Weights[name].ToFloats();
            return before.Zip(after, (x, y) => Math.Abs(x - y)).Max();
        }
        Assert.Equal(0.5, Moved(0.5, "encoder.layer.1.attention.query.weight") / Moved(1, "encoder.layer.1.attention.query.weight"), 1e-2);
        Assert.Equal(0.125, Moved(0.5, TensorNames.WordEmbeddings) / Moved(1, TensorNames.WordEmbeddings), 1e-2);
    }

    [Fact]
    public void Resuming_with_other_settings_or_other_data_is_refused()
    {
        TrainSettings settings = _task.Settings();
        Assert.Throws<OperationCanceledException>(() => StoppedRun.Train(settings, stopAfterRows: 30));
        Assert.Contains("settings", Assert.Throws<SettingsException>(() => StoppedRun.Train(settings with { LearningRate = 1e-3 }, null)).Message);
        File.AppendAllText(_task.Train, "were\twere a\n");
        Assert.Contains("training rows", Assert.Throws<SettingsException>(() => StoppedRun.Train(settings, null)).Message);
    }

    [Fact]
    public void A_resumed_run_shows_the_kept_figures_from_before_training_unless_the_rows_are_others()
    {
        TrainSettings settings = _task.Settings() with { Steps = 2 };
        double loss = Run(settings, resume: false).Tests[0].Untrained.Loss;
        string path = new RunFolder(settings.Output).Untrained;
        string mark = File.ReadAllText(path).Replace(JsonSerializer.Serialize(loss), "123.5", StringComparison.Ordinal);
        File.WriteAllText(path, mark);
        Assert.Equal(123.5, Run(settings, resume: true).Tests[0].Untrained.Loss);
        File.AppendAllText(settings.Test[0], "were\twere a\n");
        Assert.NotEqual(123.5, Run(settings, resume: true).Tests[0].Untrained.Loss);
        File.WriteAllText(path, "{");
        Assert.NotEqual(123.5, Run(settings, resume: true).Tests[0].Untrained.Loss);
    }

    [Fact]
    public void A_folder_that_holds_a_run_is_neither_overwritten_nor_resumed_by_accident()
    {
        TrainSettings settings = _task.Settings() with { Steps = 2 };
        Assert.Throws<ModelFileException>(() => Run(settings, resume: true));
        Run(settings, resume: false);
        Assert.Throws<OutputException>(() => Run(settings, resume: false));
        TrainingOutcome again = Run(settings, resume: true); // a finished run is evaluated and exported again
        Assert.Equal(2, again.Steps);
    }

    [Fact]
    public void A_share_of_the_rows_can_stand_in_for_dev_and_test_files()
    {
        TrainingOutcome outcome = Run(_task.Settings() with { Dev = null, Test = [], DevShare = 0.2, TestShare = 0.2, Steps = 4 }, resume: false);
        Assert.InRange(outcome.Dev!.Metrics.Count, 38, 58);
        Assert.InRange(Assert.Single(outcome.Tests).Trained.Metrics.Count, 38, 58);
    }

    [Fact]
    public void Rows_with_labels_that_are_not_the_tasks_are_left_out()
    {
        TrainingOutcome outcome = Run(_task.Settings() with { Labels = ["were", "results"], Steps = 1 }, resume: false);
        Assert.Equal(["results", "were"], outcome.Model.Labels);
        Assert.InRange(outcome.Tests[0].Trained.Metrics.Count, 1, 19);
        Assert.Contains("names nobody", Assert.Throws<DataException>(() => Run(_task.Settings("none") with { Labels = ["were", "nobody"] }, false)).Message);
    }

    [Fact]
    public void A_model_file_with_the_same_labels_is_trained_further_and_with_a_new_head_on_demand()
    {
        TrainSettings settings = _task.Settings();
        double reached = Run(settings, resume: false).Tests[0].Trained.Loss;
        TrainSettings next = settings with { Base = new RunFolder(settings.Output).Model, Steps = 1, LearningRate = 1e-9 };
        Assert.Equal(reached, Run(next with { Output = _task.File("further") }, false).Tests[0].Untrained.Loss, 1e-5);
        Assert.True(Run(next with { Output = _task.File("anew"), NewHead = true }, false).Tests[0].Untrained.Loss > reached + 0.1);
    }

    [Theory]
    [InlineData(HeadChoice.Linear)]
    [InlineData(HeadChoice.Pooler)]
    [InlineData(HeadChoice.Electra)]
    [InlineData(HeadChoice.Mean)]
    [InlineData(HeadChoice.Max)]
    public void Every_head_trains_and_exports(HeadChoice head)
    {
        TrainingOutcome outcome = Run(_task.Settings() with { Head = head, Steps = 3, LabelSmoothing = 0.1, ClassWeights = ClassWeighting.Auto, Optimizer = OptimizerKind.Adam }, resume: false);
        Assert.Equal(1, outcome.Model.Proof!.LabelAgreement);
        Assert.Equal(head == HeadChoice.Electra ? HeadKind.Electra : HeadKind.Linear, outcome.Model.Head.Kind);
    }

    [Fact]
    public void A_task_of_pairs_is_proven_on_its_pairs_and_asked_of_the_runtime()
    {
        foreach (string file in (string[])[_task.Train, _task.Dev, _task.Test])
        {
            string[][] rows = [.. File.ReadLines(file).Skip(1).Select(line => line.Split('\t'))];
            File.WriteAllLines(file, ["label\ttext\tother", .. rows.Select((row, i) => $"{row[0]}\t{rows[(i + 1) % rows.Length][1]}\t{row[1]}")]); // the second text says the label
        }
        TrainingOutcome outcome = Run(_task.Settings() with { PairColumn = "other", Steps = 3 }, resume: false);
        Assert.Equal(new RuntimeAgreement(20, 20), outcome.Runtime);
        Assert.Equal((ProofTexts.BuiltIn.Count, ProofTexts.BuiltInPairs.Count + 40), (outcome.Model.Proof!.TextCount, outcome.Model.Proof.PairCount));
    }

    [Fact]
    [Trait("Category", "Golden")]
    public void A_next_sentence_checkpoint_is_trained_further_on_pairs_exported_and_run()
    {
        foreach (string file in (string[])[_task.Train, _task.Dev, _task.Test])
        {
            string[][] rows = [.. File.ReadLines(file).Skip(1).Select(line => line.Split('\t'))];
            File.WriteAllLines(file, ["label\ttext\tother", .. rows.Select((row, i) => $"{(row[0] == "were" ? "not_next" : "is_next")}\t{rows[(i + 1) % rows.Length][1]}\t{row[1]}")]);
        }
        TrainSettings settings = _task.Settings() with { Base = SharedFolders.Golden("checkpoints", "bert-tiny-random", "next_sentence"), PairColumn = "other", Labels = ["is_next", "not_next"], Steps = 3 };
        TrainingOutcome outcome = Run(settings, resume: false);
        Assert.Equal(["is_next", "not_next"], outcome.Model.Labels);
        Assert.Equal(new RuntimeAgreement(20, 20), outcome.Runtime);
        Assert.NotEqual(outcome.Tests[0].Untrained.Loss, outcome.Tests[0].Trained.Loss);
        HuggingFaceFolder.Write(_task.File("folder"), outcome.Model);
        Assert.Equal(outcome.Model.Weights["head.output.weight"].Bytes.ToArray(), BaseModel.LoadClassifier(_task.File("folder")).Weights["head.output.weight"].Bytes.ToArray());
    }

    [Fact]
    public void Threads_are_taken_for_the_run_and_given_back()
    {
        int before = torch.get_num_threads();
        TrainSettings settings = _task.Settings() with { Steps = 1, Threads = before + 1 };
        Run(settings, resume: false);
        Assert.Equal(before, torch.get_num_threads());
        Assert.Equal(before + 1, JsonDocument.Parse(File.ReadAllText(new RunFolder(settings.Output).Metrics)).RootElement.GetProperty("versions").GetProperty("threads").GetInt32());
        Assert.Contains("threads is 0", Assert.Throws<SettingsException>(() => (settings with { Threads = 0 }).Validate()).Message);
    }

    private static TrainingOutcome Run(TrainSettings settings, bool resume) => TrainingRun.Execute(settings, resume, _ => { }, CancellationToken.None);

    private string[] Losses(string run) =>
        [.. File.ReadLines(new RunFolder(_task.File(run)).Log).Select(line => JsonDocument.Parse(line).RootElement)
            .Select(line => $"{line.GetProperty("kind")} {line.GetProperty("step")} {line.GetProperty("loss")}")];

    private byte[] BestWeights(string run) => File.ReadAllBytes(Assert.Single(Directory.GetFiles(new RunFolder(_task.File(run)).Best, "*.safetensors")));
}
