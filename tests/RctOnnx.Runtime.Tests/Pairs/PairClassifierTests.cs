using Microsoft.ML.OnnxRuntime;
using RctOnnx.Onnx;
using RctOnnx.Runtime.Quantization;
using RctOnnx.Runtime.Tokenization;
using RctOnnx.Testing;
using Xunit;

namespace RctOnnx.Runtime.Tests.Pairs;

public sealed class PairClassifierTests : IDisposable
{
    private static readonly string[] Texts = ["the patients were", "", "results , the results .", "abc def ghi jkl", "were were were", "the the a b c d e f g h i", "patients"];
    private static readonly TextPair[] AllPairs = [.. Texts.SelectMany(first => Texts.Select(second => new TextPair(first, second)))];
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(FeatureCombination.Max, true, Pooling.Mean, HeadKind.Linear, ProblemType.SingleLabel)]
    [InlineData(FeatureCombination.Mean, false, Pooling.Pooler, HeadKind.Linear, ProblemType.MultiLabel)]
    [InlineData(FeatureCombination.Sum, true, Pooling.Cls, HeadKind.Mlp, ProblemType.Ordinal)]
    [InlineData(FeatureCombination.Concat, false, Pooling.Max, HeadKind.Mlp, ProblemType.SingleLabel)]
    [InlineData(FeatureCombination.Difference, true, Pooling.Mean, HeadKind.Electra, ProblemType.Regression)]
    public void Every_dialect_answers_as_the_file_does_in_plain_ONNX_Runtime(FeatureCombination combine, bool shared, Pooling pooling, HeadKind head, ProblemType problem)
    {
        string path = Write(RandomModels.Pairs(combine, shared, pooling, head, problem));
        WordPieceTokenizer tokenizer = WordPieceTokenizer.Create(RandomModels.Vocabulary, new TokenizerSettings { LowerCase = true });
        using InferenceSession session = new(path);
        foreach (GraphDialect? dialect in (GraphDialect?[])[null, GraphDialect.CpuFp32, GraphDialect.Portable, GraphDialect.CudaFp32, GraphDialect.CoreMlFp32])
        {
            using TextClassifier classifier = TextClassifier.Load(path, new TextClassifierOptions { Dialect = dialect });
            Assert.True(classifier.ReadsPairsOnly);
            foreach (TextPair pair in AllPairs.Take(10))
                Assert.All(InFile(session, tokenizer.Encode(pair.First).Ids, tokenizer.Encode(pair.Second).Ids).Zip(classifier.Classify(pair).Logits), both => Assert.Equal(both.First, both.Second, 5e-5f));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_pair_gets_the_same_bits_alone_and_in_any_call(bool shared)
    {
        string path = Write(RandomModels.Pairs(FeatureCombination.Concat, shared));
        using TextClassifier classifier = TextClassifier.Load(path, new TextClassifierOptions { Threads = 2, BatchTokens = 40 });
        IReadOnlyList<Classification> together = classifier.Classify(AllPairs, TestContext.Current.CancellationToken);
        for (int i = 0; i < AllPairs.Length; i++)
        {
            Classification alone = classifier.Classify(AllPairs[i]);
            Assert.Equal(alone.Logits, together[i].Logits);
            Assert.Equal(alone.TokenCount, together[i].TokenCount);
        }
        Assert.NotEqual(classifier.Classify(new TextPair("the", "a b")).Logits, classifier.Classify(new TextPair("a b", "the")).Logits); // concatenation knows the order
    }

    [Fact]
    public void Limits_are_those_of_each_text_and_are_named_by_the_pair()
    {
        string path = Write(RandomModels.Pairs(FeatureCombination.Mean, shared: true));
        TextPair[] pairs = [new("a", "b"), new("a", "a b c d e f g h i j"), new("a b c d e f g h i j", "b")];
        using (TextClassifier cut = TextClassifier.Load(path, new TextClassifierOptions { MaxLength = 6 }))
        {
            Classification answer = cut.Classify(pairs[1]);
            Assert.True(answer.Truncated);
            Assert.Equal((3 + 12, 3 + 6), (answer.TokenCount, answer.UsedTokenCount));
        }
        using TextClassifier strict = TextClassifier.Load(path, new TextClassifierOptions { MaxLength = 6, LongText = LongTextPolicy.Error });
        Assert.Equal(1, Assert.Throws<TextTooLongException>(() => strict.Classify(pairs, TestContext.Current.CancellationToken)).Index);
        Assert.Contains("windows are for single texts", Assert.Throws<SettingsException>(() => TextClassifier.Load(path, new TextClassifierOptions { LongText = LongTextPolicy.Window })).Message);
        Assert.Contains("Pass pairs", Assert.Throws<ModelFileException>(() => strict.Classify("a")).Message);
        Assert.Contains("Pass pairs", Assert.Throws<ModelFileException>(() => strict.Classify(["a"], TestContext.Current.CancellationToken)).Message);
        Assert.Contains("Pass pairs", Assert.Throws<ModelFileException>(() => strict.ClassifyDocument(["a"])).Message);
    }

    [Fact]
    public void Probes_are_checked_by_both_texts()
    {
        ModelArtifact model = RandomModels.Pairs(FeatureCombination.Difference, shared: false);
        string path = Write(model);
        float[] logits;
        using (TextClassifier classifier = TextClassifier.Load(path)) logits = [.. classifier.Classify(new TextPair("the", "were")).Logits];
        Probe probe = new("the", [2, 59, 3], logits) { Pair = "were", PairIds = [2, 58, 3] };
        using (TextClassifier.Load(Write(model with { Probes = [probe] }), new TextClassifierOptions { MaxLength = 3 })) { }
        Assert.Contains("other token ids", Assert.Throws<ModelFileException>(() => TextClassifier.Load(Write(model with { Probes = [probe with { PairIds = [2, 59, 3] }] }))).Message);
        Assert.Contains("at its export", Assert.Throws<ModelFileException>(() => TextClassifier.Load(Write(model with { Probes = [probe with { Logits = [logits[0] + 1, logits[1], logits[2]] }] }))).Message);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Int8_is_calibrated_on_both_texts(bool shared)
    {
        string path = Write(RandomModels.Pairs(FeatureCombination.Concat, shared));
        QuantizationOptions options = new() { Calibration = [.. AllPairs.Select(pair => (IReadOnlyList<string>)[pair.First, pair.Second])], Threads = 1 };
        QuantizationResult found = QuantizationSearch.Run(path, options, _folder.Path, _ => { }, CancellationToken.None);
        Assert.Equal(shared ? 8 : 16, found.Artifact.Inputs.Count);
        using TextClassifier fp32 = TextClassifier.Load(path);
        string int8Path = _folder.File("int8.onnx");
        ModelFile.Write(int8Path, found.Artifact);
        foreach (GraphDialect? dialect in (GraphDialect?[])[null, GraphDialect.CpuInt8])
        {
            using TextClassifier int8 = TextClassifier.Load(int8Path, new TextClassifierOptions { Dialect = dialect });
            Assert.True(EncoderGraph.IsInt8(int8.Provider.Dialect));
            foreach (TextPair pair in AllPairs) Assert.All(fp32.Classify(pair).Logits.Zip(int8.Classify(pair).Logits), both => Assert.Equal(both.First, both.Second, 0.3f));
        }
        Assert.Contains("found 1 text", Assert.Throws<DataException>(() => QuantizationSearch.Run(path, options with { Calibration = [["a"]] }, _folder.Path, _ => { }, CancellationToken.None)).Message);
    }

    private string Write(ModelArtifact model)
    {
        ModelFile.Write(_folder.File("model.onnx"), model);
        return _folder.File("model.onnx");
    }

    private static float[] InFile(InferenceSession session, int[] first, int[] second)
    {
        Dictionary<string, OrtValue> inputs = [];
        foreach ((string side, int[] ids) in new[] { ("a_", first), ("b_", second) })
        {
            long[] shape = [1, ids.Length + 2]; // padded, so that the mask is at work
            inputs[side + "input_ids"] = OrtValue.CreateTensorValueFromMemory<long>([.. ids.Select(id => (long)id), 0, 0], shape);
            inputs[side + "attention_mask"] = OrtValue.CreateTensorValueFromMemory<long>([.. ids.Select(_ => 1L), 0, 0], shape);
            inputs[side + "token_type_ids"] = OrtValue.CreateTensorValueFromMemory<long>(new long[ids.Length + 2], shape);
        }
        using RunOptions run = new();
        using IDisposableReadOnlyCollection<OrtValue> results = session.Run(run, inputs, ["logits"]);
        return results[0].GetTensorDataAsSpan<float>().ToArray();
    }
}
