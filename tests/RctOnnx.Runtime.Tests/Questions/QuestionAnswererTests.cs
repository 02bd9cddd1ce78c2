using RctOnnx.Onnx;
using RctOnnx.Runtime.Tokenization;
using RctOnnx.Testing;
using Xunit;

namespace RctOnnx.Runtime.Tests.Questions;

public sealed class QuestionAnswererTests : IDisposable
{
    private const string Asked = "were the patients";
    private static readonly string Long = string.Join(' ', Enumerable.Range(0, 200).Select(i => RandomModels.Vocabulary[5 + i * 7 % 26]));
    private static readonly Question[] Questions =
    [
        new(Asked, "the results were 𝔞 patients , à la carte ."), new("results", Long), new("", "a b c"), new("the", ""), new(Asked, "😀😀 the results"), new("a b", "c d e f g h"),
    ];

    private readonly TemporaryFolder _folder = new();
    private readonly ModelArtifact _model = RandomModels.Questions();

    public QuestionAnswererTests() => ModelFile.Write(Path, _model);

    private string Path => _folder.File("model.onnx");

    public void Dispose() => _folder.Dispose();

    private QuestionAnswerer Load(Func<QuestionAnswererOptions, QuestionAnswererOptions>? change = null, string? path = null)
    {
        QuestionAnswererOptions options = new() { Running = new TextClassifierOptions { Threads = 2 } };
        return QuestionAnswerer.Load(path ?? Path, change is null ? options : change(options));
    }

    [Fact]
    public void An_answer_is_the_best_span_of_the_portable_graph_and_stands_at_its_place_in_the_context()
    {
        QuestionTokenizer tokenizer = new(WordPieceTokenizer.Create(_model.Vocabulary, _model.Tokenizer), _model.MaxLength, LongTextPolicy.Window);
        using GraphRun portable = new(_model, GraphDialect.Portable);
        using QuestionAnswerer answerer = Load(options => options with { Running = options.Running with { TopK = 4 } });
        foreach (Question question in Questions)
        {
            EncodedQuestion encoded = tokenizer.Encode(question);
            List<float> logits = [];
            for (int window = 0; window < encoded.WindowStarts.Count; window++)
            {
                int[] ids = [2, .. encoded.QuestionIds, 3, .. encoded.Window(window), 3];
                float[] all = portable.Run([ids], types: [[.. ids.Select((_, place) => place >= encoded.ContextPlace ? 1 : 0)]]);
                logits.AddRange([.. all[..2], .. all[(2 * encoded.ContextPlace)..^2]]);
            }
            (IReadOnlyList<FoundSpan> expected, FoundSpan none) = SpanFinder.Find(logits.ToArray(), encoded, 30, 4);
            QuestionAnswer answer = answerer.Answer(question.Text, question.Context);
            Assert.Equal(none.Probability, answer.NoAnswerScore, 1e-4);
            Assert.Equal((encoded.WindowStarts.Count, encoded.TokenCount, false), (answer.WindowCount, answer.TokenCount, answer.Truncated));
            Assert.Equal(expected.Select(span => span.Probability), answer.Spans.Select(span => (double)span.Score), (first, second) => Math.Abs(first - second) < 1e-4);
            foreach (AnswerSpan span in answer.Spans) Assert.Equal(question.Context[span.Start..span.End], span.Text);
            if (expected.Count == 0) continue;
            CodePoints points = new(question.Context);
            Assert.Equal((encoded.Starts[expected[0].First], encoded.Ends[expected[0].Last]), (points.PointOf(answer.Best!.Start), points.PointOf(answer.Best.End)));
        }
        Assert.True(answerer.Answer("results", Long).WindowCount > 2);
        Assert.Null(answerer.Answer("the", "").Best);
    }

    [Fact]
    public void An_answer_has_the_same_bits_alone_and_in_any_call_and_from_a_compiled_file()
    {
        using QuestionAnswerer answerer = Load(options => options with { Running = options.Running with { BatchTokens = 100, TopK = 3 } });
        IReadOnlyList<QuestionAnswer> together = answerer.Answer([.. Questions, .. Questions.Reverse()], TestContext.Current.CancellationToken);
        foreach (GraphDialect dialect in CpuDialects.Of(_model))
        {
            ModelFile.WriteCompiled(_folder.File("compiled.onnx"), ModelFile.Read(Path), dialect, "1.31.1");
            using QuestionAnswerer compiled = Load(options => options with { Running = options.Running with { TopK = 3 } }, _folder.File("compiled.onnx"));
            using QuestionAnswerer source = Load(options => options with { Running = options.Running with { TopK = 3, Dialect = dialect } });
            foreach (Question question in Questions) Same(source.Answer(question.Text, question.Context), compiled.Answer(question.Text, question.Context));
        }
        for (int i = 0; i < Questions.Length; i++)
        {
            Same(answerer.Answer(Questions[i].Text, Questions[i].Context), together[i]);
            Same(together[i], together[^(i + 1)]);
        }

        static void Same(QuestionAnswer expected, QuestionAnswer found)
        {
            Assert.Equal(expected.Spans, found.Spans);
            Assert.Equal(expected.NoAnswerScore, found.NoAnswerScore);
        }
    }

    [Fact]
    public void Every_option_changes_the_answer()
    {
        QuestionAnswer plain = One(options => options);
        Assert.Single(plain.Spans);
        Assert.Equal(3, One(options => options with { Running = options.Running with { TopK = 3 } }).Spans.Count);
        Assert.DoesNotContain(' ', One(options => options with { MaxAnswerLength = 1 }).Text);
        Assert.NotNull(One(options => options with { NoAnswerThreshold = 1000 }).Best);
        Assert.Equal("", One(options => options with { NoAnswerThreshold = -1000 }).Text);
        Assert.True(One(options => options with { Running = options.Running with { WindowOverlap = 50 } }).WindowCount > plain.WindowCount);
        Assert.True(One(options => options with { Running = options.Running with { WindowOverlap = 0 } }).WindowCount < plain.WindowCount);
        QuestionAnswer cut = One(options => options with { Running = options.Running with { LongText = LongTextPolicy.Truncate } });
        Assert.Equal((1, true, 64), (cut.WindowCount, cut.Truncated, cut.UsedTokenCount));
        Assert.Contains("the limit is 64", Assert.Throws<TextTooLongException>(() => One(options => options with { Running = options.Running with { LongText = LongTextPolicy.Error } })).Message);
        Assert.Contains("no room for a context", Assert.Throws<TextTooLongException>(() => Load().Answer(Long, "a")).Message);
        Assert.Contains("bring nothing new", Assert.Throws<TextTooLongException>(() => One(options => options with { Running = options.Running with { WindowOverlap = 60 } })).Message);
        Assert.Throws<SettingsException>(() => Load(options => options with { MaxAnswerLength = 0 }));
        Assert.Contains("TaskName is", Assert.Throws<SettingsException>(() => Load(options => options with { Running = options.Running with { TaskName = "a" } })).Message);

        QuestionAnswer One(Func<QuestionAnswererOptions, QuestionAnswererOptions> change)
        {
            using QuestionAnswerer answerer = Load(change);
            return answerer.Answer("results", Long);
        }
    }

    [Fact]
    public void Files_of_other_kinds_are_refused_with_the_verb_that_runs_them()
    {
        ModelFile.Write(_folder.File("labels.onnx"), RandomModels.Create());
        ModelFile.Write(_folder.File("choices.onnx"), RandomModels.Choices());
        ModelFile.Write(_folder.File("masks.onnx"), RandomModels.Masks());
        Assert.Contains("'rctonnx classify'", Assert.Throws<ModelFileException>(() => QuestionAnswerer.Load(_folder.File("labels.onnx"))).Message);
        Assert.Contains("'rctonnx answer'", Assert.Throws<ModelFileException>(() => TextClassifier.Load(Path)).Message);
        Assert.Contains("'rctonnx choose'", Assert.Throws<ModelFileException>(() => TextClassifier.Load(_folder.File("choices.onnx"))).Message);
        Assert.Contains("'rctonnx fill-mask'", Assert.Throws<ModelFileException>(() => ChoiceSelector.Load(_folder.File("masks.onnx"))).Message);
        Assert.Contains("'rctonnx answer'", Assert.Throws<ModelFileException>(() => MaskFiller.Load(Path)).Message);
    }

    [Fact]
    public void After_disposal_calls_are_refused()
    {
        QuestionAnswerer answerer = Load();
        answerer.Dispose();
        Assert.Throws<ObjectDisposedException>(() => answerer.Answer("a", "b"));
    }
}
