using RctOnnx.Onnx;
using RctOnnx.Runtime.Tokenization;
using RctOnnx.Testing;
using Xunit;

namespace RctOnnx.Runtime.Tests.Choices;

public sealed class ChoiceSelectorTests : IDisposable
{
    private static readonly ChoiceQuestion[] Questions =
    [
        new("the patients were", ["a b c", "the results .", "d"]), new("results", ["", "patients"]), new("", ["a", "b", "c", "d e f g"]), new("the", [new string('a', 300), "b c"]),
    ];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(Architecture.Bert)]
    [InlineData(Architecture.Electra)]
    public void Scores_are_the_softmax_over_the_choices_and_the_same_bits_alone_and_in_any_call(Architecture architecture)
    {
        ModelArtifact model = RandomModels.Choices(architecture);
        ModelFile.Write(_folder.File("model.onnx"), model);
        WordPieceTokenizer tokenizer = WordPieceTokenizer.Create(model.Vocabulary, model.Tokenizer);
        using GraphRun portable = new(model, GraphDialect.Portable);
        using ChoiceSelector selector = ChoiceSelector.Load(_folder.File("model.onnx"), new TextClassifierOptions { Threads = 2, BatchTokens = 60 });
        IReadOnlyList<ChoiceAnswer> together = selector.Select(Questions, TestContext.Current.CancellationToken);
        for (int i = 0; i < Questions.Length; i++)
        {
            double[] logits = [.. Questions[i].Choices.Select(choice =>
            {
                Encoding pair = tokenizer.Encode(Questions[i].Prompt, choice, new EncodeOptions { MaxLength = 64 });
                return (double)portable.Run([pair.Ids], types: [pair.TypeIds])[0];
            })];
            double sum = logits.Sum(Math.Exp);
            ChoiceAnswer answer = selector.Select(Questions[i].Prompt, Questions[i].Choices);
            Assert.Equal(answer.Logits, together[i].Logits);
            Assert.Equal(Array.IndexOf(logits, logits.Max()), answer.Index);
            Assert.Equal(Questions[i].Choices[answer.Index], answer.Text);
            Assert.Equal(logits.Select(logit => Math.Exp(logit) / sum), answer.Scores.Select(score => (double)score), (first, second) => Math.Abs(first - second) < 1e-4);
        }
    }

    [Fact]
    public void What_is_cut_is_told_or_refused_and_one_choice_is_none()
    {
        ModelFile.Write(_folder.File("model.onnx"), RandomModels.Choices());
        string[] texts = [string.Join(' ', Enumerable.Repeat("a", 90)), "b"];
        using ChoiceSelector cutting = ChoiceSelector.Load(_folder.File("model.onnx")), refusing = ChoiceSelector.Load(_folder.File("model.onnx"), new TextClassifierOptions { LongText = LongTextPolicy.Error });
        Assert.True(cutting.Select("the", texts).Truncated);
        Assert.False(cutting.Select("the", ["a", "b"]).Truncated);
        Assert.Throws<TextTooLongException>(() => refusing.Select("the", texts));
        Assert.Contains("expected 2 at least", Assert.Throws<DataException>(() => cutting.Select("the", ["a"])).Message);
        Assert.Throws<SettingsException>(() => ChoiceSelector.Load(_folder.File("model.onnx"), new TextClassifierOptions { LongText = LongTextPolicy.Window }));
    }

    [Fact]
    public void Options_that_choosing_does_not_read_are_refused_by_name()
    {
        ModelFile.Write(_folder.File("model.onnx"), RandomModels.Choices());
        foreach ((string name, TextClassifierOptions options) in new[] { ("TaskName", new TextClassifierOptions { TaskName = "a" }), ("TopK", new() { TopK = 2 }), ("WindowOverlap", new() { WindowOverlap = 8 }) })
            Assert.Contains(name + " is", Assert.Throws<SettingsException>(() => ChoiceSelector.Load(_folder.File("model.onnx"), options)).Message);
    }
}
