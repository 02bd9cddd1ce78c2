using Microsoft.ML.OnnxRuntime;
using RctOnnx.Testing;
using Xunit;

namespace RctOnnx.Onnx.Tests;

/// <summary>Models of several tasks: one encoder, a head a task, an output a task.</summary>
public sealed class TaskGraphTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static int[] Row(int length, int seed)
    {
        Random random = new(seed);
        return [2, .. Enumerable.Range(0, length - 2).Select(_ => random.Next(5, RandomModels.Vocabulary.Count)), 3];
    }

    private static void AssertClose(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, float tolerance = 5e-5f)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++) Assert.Equal(expected[i], actual[i], tolerance);
    }

    [Theory]
    [InlineData(Architecture.Bert, Pooling.Mean, 0)]
    [InlineData(Architecture.Bert, Pooling.Pooler, 0)]
    [InlineData(Architecture.Electra, Pooling.Cls, 10)]
    public void Every_task_answers_in_every_dialect_as_a_model_of_it_alone(Architecture architecture, Pooling pooling, int embedding)
    {
        ModelArtifact model = RandomModels.SeveralTasks(pooling, embedding: embedding, architecture: architecture);
        int[][] rows = [Row(17, 1), Row(17, 2)];
        using GraphRun portable = new(model, GraphDialect.Portable);
        float[] together = portable.Run(rows);
        Assert.Equal(2 * 10, together.Length);
        int first = 0;
        foreach (TaskDescription task in model.Tasks)
        {
            using GraphRun alone = new(TaskViews.Alone(model, task.Name), GraphDialect.Portable);
            float[] expected = alone.Run(rows), own = portable.Run(rows, "logits_" + task.Name);
            int count = task.Labels.Count;
            AssertClose(expected, own, 0);
            for (int row = 0; row < 2; row++) AssertClose(own.AsSpan(row * count, count), together.AsSpan(row * 10 + first, count), 0);
            if (task.ProblemType != ProblemType.Regression) AssertClose(alone.Run(rows, "probabilities"), portable.Run(rows, "probabilities_" + task.Name), 0);
            first += count;
        }
        foreach (GraphDialect dialect in CpuDialects.Of(model))
            foreach (GraphOptimizationLevel level in Enum.GetValues<GraphOptimizationLevel>())
            {
                using GraphRun cpu = new(model, dialect, level: level);
                AssertClose(together, cpu.Run(rows));
                AssertClose(portable.Run(rows, "probabilities_topics"), cpu.Run(rows, "probabilities_topics"));
            }
        using GraphRun cuda = new(model, GraphDialect.CudaFp32), coreMl = new(model, GraphDialect.CoreMlFp32, new StaticShape(2, 32));
        AssertClose(together, cuda.Run(rows));
        AssertClose(together, coreMl.Run(rows));
    }

    [Fact]
    public void Int8_dialects_answer_as_the_portable_int8_graph()
    {
        ModelArtifact model = RandomModels.SeveralTasks();
        Dictionary<string, InputQuantization> inputs = QuantizationPoints.Of(model.Encoder).ToDictionary(point => point.Key, _ => new InputQuantization(0.05f, 128));
        ModelArtifact int8 = ModelQuantizer.Quantize(model, inputs);
        Assert.All(int8.Weights.Where(pair => pair.Key.Contains("head.", StringComparison.Ordinal)), pair => Assert.Null(pair.Value.Scales));
        int[][] rows = [Row(17, 1), Row(17, 2)];
        using GraphRun portable = new(int8, GraphDialect.Portable);
        float[] expected = portable.Run(rows);
        foreach (GraphDialect dialect in CpuDialects.Of(int8))
        {
            using GraphRun cpu = new(int8, dialect);
            float[] found = cpu.Run(rows);
            Assert.True(expected.Zip(found, (a, b) => Math.Abs(a - b)).Max() < 0.2, dialect.ToString());
        }
    }

    [Fact]
    public void A_file_of_several_tasks_is_read_back_whole_and_one_of_one_task_knows_nothing_of_them()
    {
        ModelArtifact model = RandomModels.SeveralTasks();
        ModelFile.Write(_folder.File("model.onnx"), model);
        ModelFileContent read = ModelFile.Read(_folder.File("model.onnx"));
        Assert.Equal(["sections", "topics", "grades", "value"], read.Artifact!.Tasks.Select(task => task.Name));
        Assert.Equal([1.3, 1, 1, 1], read.Artifact.Tasks.Select(task => task.Calibration.Temperature));
        Assert.Equal([0.4, 0.6], read.Artifact.MoreTasks[0].Calibration.Thresholds!);
        Assert.True(read.Artifact.MoreTasks[1].Head.IsCumulative);
        Assert.Equal(model.Weights.Keys.Order(), read.Artifact.Weights.Keys.Order());
        Assert.Equal(["logits", "logits_sections", "probabilities_sections", "logits_topics", "probabilities_topics", "logits_grades", "probabilities_grades", "logits_value"], read.Signature.Outputs.Select(output => output.Name));

        ModelFile.Write(_folder.File("alone.onnx"), TaskViews.Alone(model, "grades"));
        ModelFileContent alone = ModelFile.Read(_folder.File("alone.onnx"));
        Assert.Equal(ProblemType.Ordinal, alone.Artifact!.ProblemType);
        Assert.Empty(alone.Artifact.MoreTasks);
        Assert.Equal(["logits", "probabilities"], alone.Signature.Outputs.Select(output => output.Name));
        Assert.Equal(-1, File.ReadAllBytes(_folder.File("alone.onnx")).AsSpan().IndexOf("rctonnx.tasks"u8));
        Assert.Contains("it has sections, topics", Assert.Throws<ModelFileException>(() => TaskViews.Alone(model, "other")).Message);
    }

    [Fact]
    public void Tasks_that_do_not_fit_one_another_are_refused()
    {
        ModelArtifact model = RandomModels.SeveralTasks();
        TaskDescription topics = model.MoreTasks[0];
        Assert.Contains("the task 'sections' twice", Fault(topics with { Name = "sections" }));
        Assert.Contains("the name 'a b'", Fault(topics with { Name = "a b" }));
        Assert.Contains("Cls pooling of the task 'topics'", Fault(topics with { Head = topics.Head with { Pooling = Pooling.Cls } }));
        Assert.Contains("a label that stands twice of the task 'topics'", Fault(topics with { Labels = ["a", "a"] }));
        Assert.Contains("each task has a head and labels", Fault(topics with { Labels = [] }));
        Assert.Contains("a temperature of 0, expected a positive number in the range of fp32 of the task 'topics'", Fault(topics with { Calibration = new Calibration { Temperature = 0 } }));
        Assert.Contains("no weight 'tasks.topics.head.output.weight'", Assert.Throws<ModelFileException>(() => ArtifactCheck.Validate(model with { Weights = model.Weights.Where(pair => pair.Key != "tasks.topics.head.output.weight").ToDictionary() })).Message);
        Assert.Contains("a name belongs to models of several", Assert.Throws<ModelFileException>(() => ArtifactCheck.Validate(RandomModels.Create() with { TaskName = "x" })).Message);

        string Fault(TaskDescription changed) => Assert.Throws<ModelFileException>(() => ArtifactCheck.Validate(model with { MoreTasks = [changed, .. model.MoreTasks.Skip(1)] })).Message;
    }
}
