using RctOnnx.Onnx;
using RctOnnx.Runtime.Quantization;
using RctOnnx.Testing;
using Xunit;

namespace RctOnnx.Runtime.Tests.Quantization;

/// <summary>Int8 files of models that answer questions, choose, fill masks and read pairs.</summary>
public sealed class QuantizedKindsTests : IDisposable
{
    private static readonly string[] Words = [.. Enumerable.Range(0, 40).Select(i => $"{(char)('a' + i % 26)} patients {(char)('a' + i * 7 % 26)} results {(char)('a' + i * 3 % 26)}")];

    private readonly TemporaryFolder _folder = new();

    private string Fp32 => _folder.File("model.onnx");

    private string Int8 => _folder.File("int8.onnx");

    public void Dispose() => _folder.Dispose();

    private QuantizationResult Quantize(ModelArtifact model, IEnumerable<IReadOnlyList<string>> texts, Func<QuantizationOptions, QuantizationOptions>? change = null)
    {
        ModelFile.Write(Fp32, model);
        QuantizationOptions options = new() { Calibration = [.. texts], Threads = 1 };
        QuantizationResult found = QuantizationSearch.Run(Fp32, change is null ? options : change(options), _folder.Path, _ => { }, CancellationToken.None);
        ModelFile.Write(Int8, found.Artifact);
        Assert.Equal(QuantizationPoints.Of(model).Count, found.Artifact.Inputs.Count);
        return found;
    }

    [Fact]
    public void Questions_are_answered_near_the_fp32_model_whatever_the_call_and_judged_by_their_texts()
    {
        Question[] questions = [.. Words.Select((words, i) => new Question(words, string.Join(' ', Words.Skip(i % 7).Take(1 + i % 9))))]; // up to several windows
        List<string> judged = [];
        QuantizationResult found = Quantize(RandomModels.Questions(), questions.Select(one => (IReadOnlyList<string>)[one.Text, one.Context]), options => options with
        {
            Figure = new DevFigure("answers", answers =>
            {
                judged = [.. answers.Texts];
                return 1;
            }),
            Questions = new QuestionAnswererOptions { MaxAnswerLength = 3 },
        });
        using QuestionAnswerer fp32 = QuestionAnswerer.Load(Fp32, new QuestionAnswererOptions { MaxAnswerLength = 3 }), int8 = QuestionAnswerer.Load(Int8, new QuestionAnswererOptions { MaxAnswerLength = 3, Running = new TextClassifierOptions { BatchTokens = 64 } });
        IReadOnlyList<QuestionAnswer> together = int8.Answer(questions, TestContext.Current.CancellationToken);
        Assert.Equal(together.Select(answer => answer.Text), judged);
        Assert.Equal(40, found.Answers);
        Assert.Equal(found.Agreement, questions.Where((one, i) => fp32.Answer(one.Text, one.Context).Text == together[i].Text).Count() / 40.0, 9);
        Assert.True(EncoderGraph.IsInt8(int8.Provider.Dialect));
        for (int i = 0; i < questions.Length; i++)
        {
            QuestionAnswer alone = int8.Answer(questions[i].Text, questions[i].Context);
            Assert.Equal(alone.Best, together[i].Best);
            Assert.Equal(alone.NoAnswerScore, together[i].NoAnswerScore);
        }
        Assert.All(found.Errors.Values, error => Assert.InRange(error, 1e-9, 0.1));
    }

    [Fact]
    public void Choices_are_near_the_fp32_model_whatever_the_call()
    {
        ChoiceQuestion[] questions = [.. Words.Select((words, i) => new ChoiceQuestion(words, [.. Words.Skip(i % 11).Take(2 + i % 3)]))];
        QuantizationResult found = Quantize(RandomModels.Choices(), questions.Select(one => (IReadOnlyList<string>)[one.Prompt, .. one.Choices]));
        using ChoiceSelector fp32 = ChoiceSelector.Load(Fp32), int8 = ChoiceSelector.Load(Int8, new TextClassifierOptions { BatchTokens = 64 });
        IReadOnlyList<ChoiceAnswer> expected = fp32.Select(questions, TestContext.Current.CancellationToken), together = int8.Select(questions, TestContext.Current.CancellationToken);
        for (int i = 0; i < questions.Length; i++)
        {
            Assert.Equal(int8.Select(questions[i].Prompt, questions[i].Choices).Logits, together[i].Logits);
            Assert.All(expected[i].Logits.Zip(together[i].Logits), pair => Assert.Equal(pair.First, pair.Second, 0.3f));
        }
        Assert.Equal(found.Agreement, expected.Zip(together).Count(pair => pair.First.Index == pair.Second.Index) / 40.0, 9);
    }

    [Fact]
    public void Masks_are_near_the_fp32_model_whatever_the_call()
    {
        string[] texts = [.. Words.Select((words, i) => words.Replace(i % 2 == 0 ? "patients" : "results", "[MASK]", StringComparison.Ordinal) + (i % 3 == 0 ? " [MASK]" : ""))];
        QuantizationResult found = Quantize(RandomModels.Masks(Architecture.Electra, 10), texts.Select(text => (IReadOnlyList<string>)[text]));
        Assert.Equal(texts.Sum(text => text.Split("[MASK]").Length - 1), found.Answers);
        using MaskFiller fp32 = MaskFiller.Load(Fp32), int8 = MaskFiller.Load(Int8, new TextClassifierOptions { BatchTokens = 64 });
        IReadOnlyList<IReadOnlyList<FilledMask>> together = int8.Fill(texts, TestContext.Current.CancellationToken);
        int agreed = 0;
        for (int i = 0; i < texts.Length; i++)
        {
            IReadOnlyList<FilledMask> alone = int8.Fill(texts[i]), expected = fp32.Fill(texts[i]);
            for (int mask = 0; mask < alone.Count; mask++)
            {
                Assert.Equal(alone[mask].Pieces, together[i][mask].Pieces);
                if (expected[mask].Pieces[0].Piece == alone[mask].Pieces[0].Piece) agreed++;
            }
        }
        Assert.Equal(found.Agreement, (double)agreed / found.Answers, 9);
    }

    [Fact]
    public void Pairs_of_one_encoder_are_calibrated_as_pairs()
    {
        // Without its second texts, whose token type has an embedding of its own, the model would see other values.
        ModelArtifact model = RandomModels.Create();
        float[] types = [.. model.Weights[TensorNames.TokenTypeEmbeddings].ToFloats().Select((value, i) => i < 24 ? value : value + (i == 30 ? 9 : 0))];
        model = model with { Weights = new Dictionary<string, TensorData>(model.Weights) { [TensorNames.TokenTypeEmbeddings] = TensorData.FromFloats(types, 2, 24) } };
        string point = QuantizationPoints.Of(model.Encoder)[0].Key;
        TextPair[] pairs = [.. Words.Select((words, i) => new TextPair(words, Words[^(i + 1)]))];
        float single = Quantize(model, Words.Select(text => (IReadOnlyList<string>)[text])).Artifact.Inputs[point].Scale;
        QuantizationResult found = Quantize(model, pairs.Select(pair => (IReadOnlyList<string>)[pair.First, pair.Second]));
        Assert.True(found.Artifact.Inputs[point].Scale > 1.2f * single, $"{found.Artifact.Inputs[point].Scale} and {single}");
        using TextClassifier fp32 = TextClassifier.Load(Fp32), int8 = TextClassifier.Load(Int8);
        foreach (TextPair pair in pairs) Assert.All(fp32.Classify(pair).Logits.Zip(int8.Classify(pair).Logits), both => Assert.Equal(both.First, both.Second, 0.3f));
    }

    [Fact]
    public void Texts_of_another_form_are_refused_and_probes_get_the_answers_of_the_int8_model()
    {
        ModelArtifact questions = RandomModels.Questions();
        Assert.Contains("a question with its context, found 1 text", Assert.Throws<DataException>(() => Quantize(questions, [["a"]])).Message);
        Assert.Contains("a prompt with two choices or more, found 2 texts", Assert.Throws<DataException>(() => Quantize(RandomModels.Choices(), [["a", "b"]])).Message);
        Assert.Contains("has no [MASK]", Assert.Throws<DataException>(() => Quantize(RandomModels.Masks(), [["the results"]])).Message);
        Assert.Contains("pairs and others single", Assert.Throws<DataException>(() => Quantize(RandomModels.Create(), [["a"], ["a", "b"]])).Message);

        int[] ids = [2, 59, 60, 3];
        using (GraphRun portable = new(questions, GraphDialect.Portable)) questions = questions with { Probes = [new Probe("the results", ids, portable.Run([ids])[^2..])] };
        Probe probe = Assert.Single(Quantize(questions, [["the", "results were a b c"]]).Artifact.Probes);
        Assert.NotEqual(questions.Probes[0].Logits, probe.Logits);
        Assert.All(questions.Probes[0].Logits.Zip(probe.Logits), pair => Assert.Equal(pair.First, pair.Second, 0.3f));
    }
}
