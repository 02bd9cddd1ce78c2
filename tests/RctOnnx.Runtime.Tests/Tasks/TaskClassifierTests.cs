using RctOnnx.Onnx;
using RctOnnx.Runtime.Quantization;
using RctOnnx.Testing;
using Xunit;

namespace RctOnnx.Runtime.Tests.Tasks;

public sealed class TaskClassifierTests : IDisposable
{
    private static readonly string[] Texts = ["the patients were", "", "results , the results .", "abc def ghi jkl", "were were were", "the the a b c d e f g h i", "patients"];
    private readonly TemporaryFolder _folder = new();
    private readonly ModelArtifact _model = RandomModels.SeveralTasks();

    public TaskClassifierTests() => ModelFile.Write(Path, _model);

    private string Path => _folder.File("model.onnx");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_task_has_the_answer_of_a_file_of_it_alone_bit_for_bit_alone_and_in_any_call()
    {
        using TextClassifier classifier = TextClassifier.Load(Path, new TextClassifierOptions { Threads = 2, BatchTokens = 40 });
        Assert.Equal(["sections", "topics", "grades", "value"], classifier.Tasks.Select(task => task.Name));
        IReadOnlyList<IReadOnlyDictionary<string, Classification>> together = classifier.ClassifyTasks(Texts, TestContext.Current.CancellationToken);
        foreach (TaskDescription task in classifier.Tasks)
        {
            string file = _folder.File(task.Name + ".onnx");
            ModelFile.Write(file, TaskViews.Alone(_model, task.Name));
            using TextClassifier alone = TextClassifier.Load(file), chosen = TextClassifier.Load(Path, new TextClassifierOptions { TaskName = task.Name });
            Assert.Equal(task.Labels, chosen.Labels);
            Assert.Equal(task.ProblemType, chosen.ProblemType);
            for (int i = 0; i < Texts.Length; i++)
            {
                Classification expected = alone.Classify(Texts[i]);
                AssertSame(expected, together[i][task.Name]);
                AssertSame(expected, classifier.ClassifyTasks(Texts[i])[task.Name]);
                AssertSame(expected, chosen.Classify(Texts[i]));
            }
        }
        AssertSame(together[0]["sections"], classifier.Classify(Texts[0])); // the first one where none is chosen
    }

    [Fact]
    public void Pairs_and_windows_are_answered_by_every_task()
    {
        using TextClassifier classifier = TextClassifier.Load(Path, new TextClassifierOptions { MaxLength = 8, LongText = LongTextPolicy.Window });
        string text = string.Join(' ', Enumerable.Repeat("the results were", 6));
        IReadOnlyDictionary<string, Classification> answer = classifier.ClassifyTasks(text);
        Assert.True(answer["value"].WindowCount > 1);
        using TextClassifier topics = TextClassifier.Load(Path, new TextClassifierOptions { MaxLength = 8, LongText = LongTextPolicy.Window, TaskName = "topics" });
        AssertSame(topics.Classify(text), answer["topics"]);
        TextPair pair = new("the", "a b");
        AssertSame(topics.Classify(pair), classifier.ClassifyTasks(pair)["topics"]);
        AssertSame(topics.Classify(pair), classifier.ClassifyTasks([pair, new TextPair("a", "b")], TestContext.Current.CancellationToken)[0]["topics"]);
    }

    [Fact]
    public void A_task_that_is_not_there_is_refused_by_what_is()
    {
        Assert.Contains("it has sections, topics, grades, value", Assert.Throws<SettingsException>(() => TextClassifier.Load(Path, new TextClassifierOptions { TaskName = "other" })).Message);
        string one = _folder.File("one.onnx");
        ModelFile.Write(one, RandomModels.Create());
        Assert.Contains("has one task", Assert.Throws<SettingsException>(() => TextClassifier.Load(one, new TextClassifierOptions { TaskName = "sections" })).Message);
        using TextClassifier classifier = TextClassifier.Load(one);
        Assert.Empty(classifier.Tasks);
        Assert.Null(classifier.TaskName);
        Assert.Contains("has one task", Assert.Throws<SettingsException>(() => classifier.ClassifyTasks("a")).Message);
    }

    [Theory]
    [InlineData(GraphDialect.Portable)]
    [InlineData(GraphDialect.CudaFp32)]
    [InlineData(GraphDialect.CoreMlFp32)]
    public void Dialects_of_other_providers_answer_every_task(GraphDialect dialect)
    {
        using TextClassifier cpu = TextClassifier.Load(Path), other = TextClassifier.Load(Path, new TextClassifierOptions { Dialect = dialect });
        foreach (string text in Texts)
            foreach ((string name, Classification expected) in cpu.ClassifyTasks(text))
                Assert.All(expected.Logits.Zip(other.ClassifyTasks(text)[name].Logits), pair => Assert.Equal(pair.First, pair.Second, 1e-4f));
    }

    [Fact]
    public void A_compiled_file_gives_the_bits_of_its_source()
    {
        using TextClassifier source = TextClassifier.Load(Path);
        ModelFile.WriteCompiled(_folder.File("compiled.onnx"), ModelFile.Read(Path), source.Provider.Dialect, "1");
        using TextClassifier compiled = TextClassifier.Load(_folder.File("compiled.onnx"));
        foreach (string text in Texts)
            foreach ((string name, Classification expected) in source.ClassifyTasks(text)) AssertSame(expected, compiled.ClassifyTasks(text)[name]);
    }

    [Fact]
    public void Int8_is_searched_over_all_tasks_and_judged_by_the_one_that_is_named()
    {
        string[] texts = [.. Enumerable.Range(0, 40).Select(i => $"{(char)('a' + i % 26)} patients {(char)('a' + i * 7 % 26)} results")];
        List<string> judged = [];
        QuantizationOptions options = new()
        {
            Calibration = [.. texts.Select(text => (IReadOnlyList<string>)[text])],
            Threads = 1,
            TaskName = "topics",
            Figure = new DevFigure("label", answers =>
            {
                judged.AddRange(answers.Classifications.Select(answer => answer.Label));
                return 1;
            }),
        };
        ModelFile.Write(Path, _model with { Probes = [new Probe("the", [2, 59, 3], [.. Logits(Path, "the")])] });
        QuantizationResult found = QuantizationSearch.Run(Path, options, _folder.Path, _ => { }, CancellationToken.None);
        Assert.All(judged, label => Assert.Contains(label, _model.MoreTasks[0].Labels));
        string int8 = _folder.File("int8.onnx");
        ModelFile.Write(int8, found.Artifact);
        Assert.Equal(10, Assert.Single(found.Artifact.Probes).Logits.Count);
        Assert.Equal(found.Artifact.Probes[0].Logits, Logits(int8, "the"));
        Assert.All(Logits(Path, texts[0]).Zip(Logits(int8, texts[0])), pair => Assert.Equal(pair.First, pair.Second, 0.3f));

        static float[] Logits(string path, string text)
        {
            using TextClassifier classifier = TextClassifier.Load(path);
            IReadOnlyDictionary<string, Classification> all = classifier.ClassifyTasks(text);
            return [.. classifier.Tasks.SelectMany(task => all[task.Name].Logits)];
        }
    }

    private static void AssertSame(Classification expected, Classification found)
    {
        Assert.Equal(expected.Logits, found.Logits);
        Assert.Equal(expected.Scores, found.Scores);
        Assert.Equal(expected.Labels, found.Labels);
        Assert.Equal((expected.TokenCount, expected.UsedTokenCount, expected.WindowCount), (found.TokenCount, found.UsedTokenCount, found.WindowCount));
    }
}
