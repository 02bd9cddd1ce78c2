using System.Text.Json;
using RctOnnx.Onnx;
using RctOnnx.Runtime;
using RctOnnx.Testing;
using Xunit;

namespace RctOnnx.Cli.Tests;

/// <summary>Files of several tasks on the command line.</summary>
public sealed class TaskTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public TaskTests() => ModelFile.Write(Model, RandomModels.SeveralTasks());

    private string Model => _folder.File("model.onnx");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Classify_answers_all_tasks_or_the_one_that_is_named()
    {
        using TextClassifier classifier = TextClassifier.Load(Model);
        IReadOnlyDictionary<string, Classification> expected = classifier.ClassifyTasks("the results");
        JsonElement answer = JsonDocument.Parse(Run("classify", "--model", Model, "the results")).RootElement;
        Assert.Equal(expected["grades"].Label, answer.GetProperty("tasks").GetProperty("grades").GetProperty("label").GetString());
        Assert.Equal(expected["topics"].Labels.Count, answer.GetProperty("tasks").GetProperty("topics").GetProperty("labels").GetArrayLength());
        Assert.Equal(expected["value"].TokenCount, answer.GetProperty("tokens").GetInt32());
        JsonElement one = JsonDocument.Parse(Run("classify", "--model", Model, "--task", "grades", "the results")).RootElement;
        Assert.Equal(expected["grades"].Label, one.GetProperty("label").GetString());

        string[] lines = Run("classify", "--model", Model, "--output-format", "tsv", "the results").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string[] header = lines[0].Split('\t'), cells = lines[1].Split('\t');
        Assert.Equal(header.Length, cells.Length);
        Assert.Equal(["sections:label", "sections:score", "topics:label"], header[..3]);
        Assert.Equal(expected["sections"].Label, cells[0]);
        Assert.Contains("topics:labels", header);
        Assert.Contains("value:score:label 0", header);
    }

    [Fact]
    public void Inspect_shows_every_task()
    {
        string table = Run("inspect", "--model", Model);
        Assert.Contains("task         grades: Ordinal, Electra on Mean pooling", table);
        Assert.Contains("output       logits_topics: Float [batch, 2]", table);
        Assert.Equal(4, JsonDocument.Parse(Run("inspect", "--model", Model, "--json")).RootElement.GetProperty("tasks").GetArrayLength());
    }

    [Fact]
    public void Evaluate_quantize_compile_and_verify_know_the_tasks()
    {
        string rows = _folder.File("rows.tsv"), values = _folder.File("values.tsv"), int8 = _folder.File("int8.onnx"), compiled = _folder.File("compiled.onnx");
        File.WriteAllText(rows, "label\ttext\n" + string.Concat(Enumerable.Range(0, 30).Select(i => $"label {i % 3}\tthe {(char)('a' + i % 26)} results\n")));
        File.WriteAllText(values, "label\ttext\n1.5\tthe results\n2\tpatients\n4\ta b c\n");
        ProgramProcess unnamed = ProgramProcess.Run("rctonnx", "evaluate", "--model", Model, "--data", rows);
        Assert.Equal(ExitCodes.Usage, unnamed.ExitCode);
        Assert.Contains("sections, topics, grades, value", unnamed.Error);
        Assert.Equal(30, JsonDocument.Parse(Run("evaluate", "--model", Model, "--data", rows, "--task", "sections", "--json")).RootElement.GetProperty("count").GetInt32());
        Assert.Equal(JsonValueKind.Object, JsonDocument.Parse(Run("evaluate", "--model", Model, "--data", values, "--task", "value", "--json")).RootElement.GetProperty("regression").ValueKind);
        Assert.Contains("--task", ProgramProcess.Run("rctonnx", "quantize", "--model", Model, "--calibration", rows, "--evaluate", rows, "--output", int8).Error);
        JsonElement quantized = JsonDocument.Parse(Run("quantize", "--model", Model, "--calibration", rows, "--evaluate", rows, "--task", "sections", "--max-drop", "100", "--output", int8, "--json")).RootElement;
        Assert.Equal("accuracy", quantized.GetProperty("figure").GetString());
        Assert.True(JsonDocument.Parse(Run("classify", "--model", int8, "the results")).RootElement.TryGetProperty("tasks", out _));
        Run("compile", "--model", int8, "--output", compiled);
        Assert.Equal(Run("classify", "--model", int8, "the results"), Run("classify", "--model", compiled, "the results"));
        Assert.True(JsonDocument.Parse(Run("verify", "--model", Model, "--dialect", "CudaFp32", "--json")).RootElement.GetProperty("largest_difference").GetDouble() < 1e-3);
    }

    private static string Run(params string[] arguments)
    {
        ProgramProcess run = ProgramProcess.Run("rctonnx", arguments);
        Assert.True(run.ExitCode == 0, run.Error);
        return run.Output;
    }
}
