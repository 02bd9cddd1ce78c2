using RctOnnx.Data.Metrics;
using RctOnnx.Testing;
using Xunit;

namespace RctOnnx.Data.Tests;

/// <summary>Questions, choices, and the figures of answers.</summary>
public sealed class AnswerDataTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private QuestionRow[] Questions(string lines, QuestionColumns? columns = null, bool needsAnswers = true)
    {
        File.WriteAllText(_folder.File("data.jsonl"), lines);
        return [.. QuestionDataset.Read(_folder.File("data.jsonl"), columns, needsAnswers)];
    }

    private string Fault(string line) => Assert.Throws<DataException>(() => Questions(line)).Message;

    [Fact]
    public void Answers_are_read_as_a_text_a_list_none_or_as_squad_has_them_with_places_in_code_points()
    {
        QuestionRow[] rows = Questions("""
            {"question":"q","context":"😀 b cd","answer":"cd","start":4}

            {"question":"q","context":"a b","answer":["a","a b"],"start":[0,0]}
            {"question":"q","context":"a b","answer":null}
            {"question":"q","context":"a b","answer":[]}
            {"question":"q","context":"a b","answer":{"text":["b"],"answer_start":[2]}}
            """);
        Assert.Equal([new GoldAnswer("cd", 4)], rows[0].Answers!);
        Assert.Equal([new GoldAnswer("a", 0), new GoldAnswer("a b", 0)], rows[1].Answers!);
        Assert.Empty(rows[2].Answers!);
        Assert.Empty(rows[3].Answers!);
        Assert.Equal([new GoldAnswer("b", 2)], rows[4].Answers!);
        Assert.Equal([1, 3, 4, 5, 6], rows.Select(row => row.Line));
        Assert.Null(Questions("""{"q":"x","c":"y"}""", new QuestionColumns { Question = "q", Context = "c" }, needsAnswers: false)[0].Answers);
        Assert.Equal("b", Questions("""{"question":"x","context":"a b","a":"b","s":2}""", new QuestionColumns { Answer = "a", Start = "s" })[0].Answers![0].Text);
    }

    [Fact]
    public void Broken_questions_are_refused_with_their_line()
    {
        Assert.Contains("line 1 is no JSON, but 'question,context,answer'. Expected is JSONL", Fault("question,context,answer\nq,c,a"));
        Assert.Contains("does not stand at code point 1", Fault("""{"question":"q","context":"a b","answer":"b","start":1}"""));
        Assert.Contains("which is shorter", Fault("""{"question":"q","context":"a b","answer":"b","start":7}"""));
        Assert.Contains("no property 'answer'; there are 'question', 'context'", Fault("""{"question":"q","context":"a b"}"""));
        Assert.Contains("1 answers and 2 starts", Fault("""{"question":"q","context":"a b","answer":"a","start":[0,1]}"""));
        Assert.Contains("line 1", Fault("{"));
        Assert.Contains("expected a text", Fault("""{"question":3,"context":"a b","answer":"a","start":0}"""));
        Assert.Contains("holds no examples", Fault("\n"));
    }

    [Fact]
    public void Choices_are_read_and_broken_ones_refused()
    {
        File.WriteAllText(_folder.File("data.jsonl"), """{"prompt":"p","choices":["a","b"],"label":1}""");
        ChoiceRow row = Assert.Single(ChoiceDataset.Read(_folder.File("data.jsonl")));
        Assert.Equal(("p", 1), (row.Prompt, row.Label));
        Assert.Equal(["a", "b"], row.Choices);
        foreach ((string line, string fault) in new[]
        {
            ("""{"prompt":"p","choices":["a"],"label":0}""", "expected a list of 2 texts at least"), ("""{"prompt":"p","choices":["a","b"],"label":2}""", "0 to 1"),
            ("""{"prompt":"p","choices":["a","b"]}""", "no property 'label'"), ("""{"prompt":"p","choices":["a",1],"label":0}""", "expected a list"),
        })
        {
            File.WriteAllText(_folder.File("data.jsonl"), line);
            Assert.Contains(fault, Assert.Throws<DataException>(() => ChoiceDataset.Read(_folder.File("data.jsonl")).ToArray()).Message);
        }
        File.WriteAllText(_folder.File("data.jsonl"), """{"text":"p","of":["a","b"]}""");
        Assert.Null(Assert.Single(ChoiceDataset.Read(_folder.File("data.jsonl"), new ChoiceColumns { Prompt = "text", Choices = "of" }, needsLabels: false)).Label);
    }

    [Theory]
    [InlineData("The  Cat's hat!", "cats hat")]
    [InlineData("a An THE theory", "theory")]
    [InlineData("1,000 (one-off)", "1000 oneoff")]
    [InlineData("…", "…")]
    public void Texts_are_compared_without_case_ascii_punctuation_articles_and_white_space(string text, string normal) => Assert.Equal(normal, AnswerMetrics.Normal(text));

    [Theory]
    [InlineData("the cat", new[] { "cat" }, 1, 1)]
    [InlineData("black cat", new[] { "cat", "dog" }, 0, 2.0 / 3)]
    [InlineData("cat cat", new[] { "cat" }, 0, 2.0 / 3)]
    [InlineData("bird", new[] { "cat" }, 0, 0)]
    [InlineData("", new string[0], 1, 1)]
    [InlineData("cat", new string[0], 0, 0)]
    [InlineData("", new[] { "cat" }, 0, 0)]
    [InlineData("", new[] { "the" }, 1, 1)]
    public void Figures_are_those_of_the_evaluation_of_squad(string answer, string[] gold, double exact, double f1)
    {
        AnswerMetrics metrics = AnswerMetrics.Compute([(answer, gold), ("x", ["x"])]);
        Assert.Equal((2, (exact + 1) / 2), (metrics.Count, metrics.ExactMatch));
        Assert.Equal((f1 + 1) / 2, metrics.F1, 1e-12);
    }
}
