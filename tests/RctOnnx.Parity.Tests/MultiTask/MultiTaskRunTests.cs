using System.Text.Json;
using System.Text.Json.Nodes;
using RctOnnx.Data;
using RctOnnx.Onnx;
using RctOnnx.Parity.Tests.Training;
using RctOnnx.Runtime;
using RctOnnx.Runtime.Tokenization;
using RctOnnx.Testing;
using RctOnnx.Train.Checkpointing;
using RctOnnx.Train.Examples;
using RctOnnx.Train.Modules;
using RctOnnx.Train.MultiTask;
using RctOnnx.Train.Reports;
using RctOnnx.Train.Settings;
using RctOnnx.Train.Training;
using Xunit;

namespace RctOnnx.Parity.Tests.MultiTask;

/// <summary>Several tasks over one encoder, from rows to the answers of the exported file.</summary>
[Collection(TorchCollection.Name)]
public sealed class MultiTaskRunTests : IDisposable
{
    private static readonly Dictionary<string, double> Grades = new() { ["were"] = 100, ["patients"] = 300, ["results"] = 900 };
    private readonly SmallTask _words = new(), _grades = new();

    public MultiTaskRunTests() => _grades.Relabel(label => Grades[label].ToString(System.Globalization.CultureInfo.InvariantCulture));

    public void Dispose()
    {
        _words.Dispose();
        _grades.Dispose();
    }

    [Fact]
    public void A_label_and_a_value_are_learnt_together_and_answered_by_one_file()
    {
        IReadOnlyList<TaskOutcome> outcomes = Run(Plan(TaskSampling.Size), "run");
        Assert.Equal(["words", "value"], outcomes.Select(one => one.Name));
        Assert.True(outcomes[0].Outcome.Tests[0].Trained.Metrics.Accuracy > 0.9, $"{outcomes[0].Outcome.Tests[0].Trained.Metrics.Accuracy}");
        Assert.True(outcomes[1].Outcome.Tests[0].Trained[MetricName.Pearson] > 0.9, $"{outcomes[1].Outcome.Tests[0].Trained[MetricName.Pearson]}");
        Assert.All(outcomes, one => Assert.Equal(new RuntimeAgreement(20, 20), one.Outcome.Runtime));
        RunFolder folder = new(_words.File("run"));
        using TextClassifier classifier = TextClassifier.Load(folder.Model);
        IReadOnlyDictionary<string, Classification> answer = classifier.ClassifyTasks("results a b .");
        Assert.Equal("results", answer["words"].Label);
        Assert.InRange(answer["value"].Score, 700, 1100);
        ModelArtifact model = ModelFile.Read(folder.Model).Artifact!;
        Assert.Equal(0.5, model.Training!["tasks"]!["value"]!["weight"]!.GetValue<double>());
        Assert.Contains(nameof(GraphDialect.CpuFp32), model.Proof!.Dialects);
        JsonElement metrics = JsonDocument.Parse(File.ReadAllText(folder.Metrics)).RootElement.GetProperty("tasks");
        Assert.True(metrics.GetProperty("words").GetProperty("sets").GetProperty("test").GetProperty("trained").GetProperty("accuracy").GetDouble() > 0.9);
        Assert.All((string[])["words", "value"], task => Assert.True(File.Exists(Path.Combine(folder.Path, task, RunReport.PageFile))));
        JsonElement evaluation = JsonDocument.Parse(File.ReadLines(folder.Log).Last()).RootElement;
        Assert.True(evaluation.GetProperty("others").GetProperty("value").GetDouble() > 0.9);

        // A task alone out of the file, and training that goes on from it.
        ModelArtifact alone = TaskViews.Alone(model, "value");
        Assert.Equal(ProblemType.Regression, alone.ProblemType);
        JsonObject more = Plan(TaskSampling.Size);
        (more["settings"]!["base"], more["settings"]!["steps"]) = (folder.Model, 1);
        IReadOnlyList<TaskOutcome> next = Run(more, "next");
        foreach ((TaskOutcome before, TaskOutcome after) in outcomes.Zip(next))
            Assert.All(after.Outcome.Tests[0].Untrained.Logits.Zip(before.Outcome.Tests[0].Trained.Logits), pair => Assert.Equal(pair.Second, pair.First, 0.1f));
    }

    [Fact]
    public void Weights_and_sampling_change_what_is_learnt()
    {
        JsonObject plain = Short(Plan(TaskSampling.Size));
        float[] logits = Logits(plain, "size");
        JsonObject weighted = Short(Plan(TaskSampling.Size));
        weighted["tasks"]!["value"]!["weight"] = 2;
        Assert.NotEqual(logits, Logits(weighted, "weighted"));
        float[] turn = Logits(Short(Plan(TaskSampling.Turn)), "turn"), temperature = Logits(Short(Plan(TaskSampling.Temperature)), "temperature");
        Assert.NotEqual(logits, turn);
        JsonObject hot = Short(Plan(TaskSampling.Temperature));
        hot["temperature"] = 100;
        File.WriteAllLines(_grades.Train, File.ReadAllLines(_grades.Train).Take(60)); // tasks of unlike size, so that the temperature matters
        Assert.NotEqual(Logits(hot, "hot"), Logits(Short(Plan(TaskSampling.Temperature)), "mild"));
        Assert.NotEqual(temperature, turn);
    }

    [Theory]
    [InlineData(TaskSampling.Size)]
    [InlineData(TaskSampling.Temperature)]
    public void A_run_that_is_stopped_and_resumed_ends_with_the_bits_of_one_that_was_not(TaskSampling sampling)
    {
        JsonObject plan = Plan(sampling);
        (plan["settings"]!["epochs"], plan["settings"]!["checkpoint_every"], plan["settings"]!["accumulation"]) = (2, 1, 2);
        long steps = Run(plan, "whole")[0].Outcome.Steps;
        StopAtCheckpoint.Run(_words.File("parts"), steps, stop => MultiTaskRun.Execute(Read(plan), _words.File("parts"), resume: false, _ => { }, stop));
        MultiTaskRun.Execute(Read(plan), _words.File("parts"), resume: true, _ => { }, CancellationToken.None);
        RunCheckpoint whole = CheckpointFile.Read(new RunFolder(_words.File("whole")).Last), parts = CheckpointFile.Read(new RunFolder(_words.File("parts")).Last);
        Assert.Equal(whole.State.Step, parts.State.Step);
        Assert.Equal(whole.State.BestMetric, parts.State.BestMetric);
        foreach ((string name, TensorData weight) in whole.Weights) Assert.True(weight.Bytes.Span.SequenceEqual(parts.Weights[name].Bytes.Span), name);
        Assert.Contains("settings are not those of the run", Assert.Throws<SettingsException>(() => MultiTaskRun.Execute(Read(Plan(TaskSampling.Turn)), _words.File("parts"), resume: true, _ => { }, CancellationToken.None)).Message);
    }

    [Fact]
    public void Rows_of_accumulated_batches_are_named_by_their_own_task_file_and_line()
    {
        using ClassifierModel model = ClassifierModel.Of(RandomModels.Create(), Precision.Fp32);
        ExampleReader reader = new(WordPieceTokenizer.Create(RandomModels.Vocabulary, new TokenizerSettings { LowerCase = true }), new LabelSet(["x", "y"]), 16);
        using ClassificationTask first = Task("a.tsv", 3), second = Task("b.tsv", 5);
        TaskMixture mixture = new(model, [("one", first, 1), ("two", second, 1)], new TaskBatches([first.Lengths, second.Lengths], TaskSampling.Size, 1), lowerIsBetter: false, "hash");
        Assert.Equal(["two: 'b.tsv', line 1", "two: 'b.tsv', line 5", "one: 'a.tsv', line 3"], mixture.NamesOf([3, 7, 2]));

        ClassificationTask Task(string file, int count)
        {
            TextRow[] rows = [.. Enumerable.Range(1, count).Select(line => new TextRow { Text = "the results", Label = line % 2 == 0 ? "x" : "y", Source = file, Line = line })];
            return new ClassificationTask(new TrainSettings(), model, TorchSharp.torch.CPU, reader.Read(file, rows, keepTexts: false), null, 0) { Texts = rows };
        }
    }

    [Fact]
    public void Heads_of_unlike_pooling_are_refused()
    {
        JsonObject plan = Plan(TaskSampling.Size);
        plan["tasks"]!["value"]!["head"] = "linear";
        Assert.Contains("all heads read the same features", Assert.Throws<SettingsException>(() => Run(plan, "run")).Message);
    }

    private static JsonObject Short(JsonObject plan)
    {
        plan["settings"]!["steps"] = 8;
        return plan;
    }

    private float[] Logits(JsonObject plan, string output) => [.. Run(plan, output)[0].Outcome.Tests[0].Trained.Logits];

    private IReadOnlyList<TaskOutcome> Run(JsonObject plan, string output) => MultiTaskRun.Execute(Read(plan), _words.File(output), resume: false, _ => { }, CancellationToken.None);

    private MultiTaskPlan Read(JsonObject plan)
    {
        File.WriteAllText(_words.File("plan.json"), plan.ToJsonString());
        return MultiTaskPlan.Read(_words.File("plan.json"));
    }

    private JsonObject Plan(TaskSampling sampling) => new()
    {
        ["settings"] = new JsonObject { ["base"] = _words.Base, ["epochs"] = 3, ["batch"] = 8, ["learning_rate"] = 1e-2, ["max_length"] = 32, ["device"] = "cpu", ["threads"] = 1 },
        ["tasks"] = new JsonObject
        {
            ["words"] = new JsonObject { ["train"] = new JsonArray(_words.Train), ["dev"] = _words.Dev, ["test"] = new JsonArray(_words.Test) },
            ["value"] = new JsonObject { ["train"] = new JsonArray(_grades.Train), ["dev"] = _grades.Dev, ["test"] = new JsonArray(_grades.Test), ["problem"] = "regression", ["weight"] = 0.5 },
        },
        ["sampling"] = sampling.ToString().ToLowerInvariant(),
    };
}
