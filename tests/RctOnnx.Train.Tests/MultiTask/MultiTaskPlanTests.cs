using RctOnnx.Testing;
using RctOnnx.Train.MultiTask;
using RctOnnx.Train.Settings;
using Xunit;

namespace RctOnnx.Train.Tests.MultiTask;

public sealed class MultiTaskPlanTests : IDisposable
{
    private const string Two = """ "tasks": {"a": {"train": ["a.tsv"], "label_column": "x"}, "b": {"train": ["b.tsv"], "problem": "regression", "weight": 0.5}} """;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_task_has_the_shared_settings_and_its_own()
    {
        MultiTaskPlan plan = Read($$"""{"settings": {"base": "mini", "batch": 4}, {{Two}}, "sampling": "temperature", "temperature": 3}""");
        IReadOnlyList<PlannedTask> tasks = plan.Of("run");
        Assert.Equal(["a", "b"], tasks.Select(task => task.Name));
        Assert.All(tasks, task => Assert.Equal(("mini", 4, "run"), (task.Settings.Base, task.Settings.Batch, task.Settings.Output)));
        Assert.Equal(("x", "label"), (tasks[0].Settings.LabelColumn, tasks[1].Settings.LabelColumn));
        Assert.Equal([1, 0.5], tasks.Select(task => task.Weight));
        Assert.Equal(MetricName.Pearson, tasks[1].Settings.Watched);
        Assert.Equal((TaskSampling.Temperature, 3), (plan.Sampling, plan.Temperature));
        File.WriteAllText(_folder.File("again.json"), plan.ToText());
        Assert.Equal(plan.Hash("run"), MultiTaskPlan.Read(_folder.File("again.json")).Hash("run"));
    }

    [Fact]
    public void Everything_that_changes_numbers_changes_the_hash_and_places_do_not()
    {
        const string Plain = """{"settings": {"base": "mini"}, "tasks": {"a": {"train": ["a.tsv"]}, "b": {"train": ["b.tsv"]}}}""";
        string hash = Read(Plain).Hash("run");
        Assert.Equal(hash, Read(Plain.Replace("a.tsv", "c.tsv", StringComparison.Ordinal)).Hash("other"));
        foreach ((string old, string changed) in ((string, string)[])[("\"b\":", "\"c\":"), ("[\"b.tsv\"]", "[\"b.tsv\"], \"weight\": 2"), ("}}}", "}}, \"sampling\": \"turn\"}"), ("}}}", "}}, \"temperature\": 3}"), ("\"mini\"", "\"mini\", \"batch\": 3")])
            Assert.NotEqual(hash, Read(Plain.Replace(old, changed, StringComparison.Ordinal)).Hash("run"));
    }

    [Theory]
    [InlineData("""{"settings": {"base": "m"}, "tasks": {"a": {"train": ["a"]}}}""", "1 tasks, expected two at least")]
    [InlineData("""{"settings": {"base": "m"}, "tasks": {"a": {"train": ["a"], "batch": 3}, "b": {"train": ["b"]}}}""", "'batch' of the task 'a': there is one for all tasks")]
    [InlineData("""{"settings": {"base": "m"}, "tasks": {"a b": {"train": ["a"]}, "b": {"train": ["b"]}}}""", "the name 'a b'")]
    [InlineData("""{"settings": {"base": "m"}, "tasks": {"a": {"train": ["a"], "weight": 0}, "b": {"train": ["b"]}}}""", "weight of the task 'a' is 0")]
    [InlineData("""{"settings": {"base": "m"}, "tasks": {"a": {"train": ["a"], "weight": "x"}, "b": {"train": ["b"]}}}""", "weight of the task 'a' is \"x\"")]
    [InlineData("""{"settings": {"base": "m", "output": "x"}, "tasks": {"a": {"train": ["a"]}, "b": {"train": ["b"]}}}""", "'output' is given on the command line")]
    [InlineData("""{"settings": {"base": "m"}, "tasks": {"a": {"train": ["a"]}, "b": {"train": ["b"]}}, "temperature": 0}""", "temperature is 0")]
    [InlineData("""{"settings": {"base": "m"}, "tasks": {"a": {"train": ["a"]}, "b": {"train": ["b"]}}, "sampling": "dice"}""", "$.sampling")]
    [InlineData("""{"tasks": {"a": null, "b": {"train": ["b.tsv"]}}}""", "the task 'a' is null")]
    [InlineData("""{"tasks": {"Best": {"train": ["a.tsv"]}, "b": {"train": ["b.tsv"]}}}""", "which a folder of the run has")]
    [InlineData("""{"tasks": {"a": {"train": ["a.tsv"]}, "A": {"train": ["b.tsv"]}}}""", "upper and lower case alone")]
    public void What_does_not_fit_is_named(string plan, string fault) =>
        Assert.Contains(fault, Assert.Throws<SettingsException>(() => Read(plan)).Message);

    [Theory]
    [InlineData("\"documents\": true", "documents")]
    [InlineData("\"teacher\": \"t.onnx\"", "teacher")]
    [InlineData("\"folds\": 3, \"fold\": 1", "folds")]
    [InlineData("\"encoders\": \"shared\", \"pair_column\": \"x\"", "encoders")]
    [InlineData("\"epochs\": 0", "epochs is 0")]
    public void Settings_that_cannot_be_used_are_named_with_the_task(string settings, string fault)
    {
        MultiTaskPlan plan = Read($$"""{"settings": {"base": "m", {{settings}} }, {{Two}} }""");
        string message = Assert.Throws<SettingsException>(() => plan.Of("run")).Message;
        Assert.Contains("The task 'a' of the plan", message);
        Assert.Contains(fault, message);
    }

    private MultiTaskPlan Read(string text)
    {
        File.WriteAllText(_folder.File("plan.json"), text);
        return MultiTaskPlan.Read(_folder.File("plan.json"));
    }
}
