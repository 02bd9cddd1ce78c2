using RctOnnx.Kernels;
using RctOnnx.Onnx;
using RctOnnx.Testing;
using Xunit;

namespace RctOnnx.Runtime.Tests.Loading;

public sealed class CompiledFileTests : IDisposable
{
    private static readonly string[] Texts = ["", "the results", "patients were the results .", "a b c d e f g h i j k", "x"];

    private readonly TemporaryFolder _folder = new();

    private string Source => _folder.File("model.onnx");

    private string Compiled => _folder.File("compiled.onnx");

    public void Dispose() => _folder.Dispose();

    public static TheoryData<Architecture, Pooling, HeadKind, ProblemType, Activation, bool> Models
    {
        get
        {
            TheoryData<Architecture, Pooling, HeadKind, ProblemType, Activation, bool> data = [];
            foreach (bool int8 in (bool[])[false, true])
            {
                foreach (Pooling pooling in RandomModels.TextPoolings)
                    foreach (HeadKind head in (HeadKind[])[HeadKind.Linear, HeadKind.Electra])
                        data.Add(head == HeadKind.Electra ? Architecture.Electra : Architecture.Bert, pooling, head, ProblemType.SingleLabel, Activation.Gelu, int8);
                foreach (ProblemType problem in RandomModels.TextProblems)
                    data.Add(Architecture.Bert, Pooling.Cls, HeadKind.Linear, problem, Activation.GeluTanh, int8);
                data.Add(Architecture.Electra, Pooling.Mean, HeadKind.Linear, ProblemType.MultiLabel, Activation.Relu, int8);
            }
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Compiled_file_gives_the_bits_of_its_source_for_texts_and_pairs(
        Architecture architecture, Pooling pooling, HeadKind head, ProblemType problem, Activation activation, bool int8)
    {
        foreach (bool own in OwnOperators.IsSupported ? (bool[])[false, true] : [false])
        {
            GraphDialect dialect = Compile(RandomModels.Create(architecture, pooling, head, activation, problem, embedding: architecture == Architecture.Electra ? 10 : 0, temperature: 1.4), int8, own);
            using TextClassifier source = TextClassifier.Load(Source, new() { Dialect = dialect }), compiled = TextClassifier.Load(Compiled);
            TextPair[] pairs = [.. Texts.Zip(Texts.Reverse(), (first, second) => new TextPair(first, second))];
            Same(source.Classify(Texts, TestContext.Current.CancellationToken), compiled.Classify(Texts, TestContext.Current.CancellationToken));
            Same(source.Classify(pairs, TestContext.Current.CancellationToken), compiled.Classify(pairs, TestContext.Current.CancellationToken));
            Assert.Equal(source.Labels, compiled.Labels);
            Assert.Equal(source.ProblemType, compiled.ProblemType);
            Assert.Equal(source.MaxLength, compiled.MaxLength);
            for (int i = 0; i < Texts.Length; i++) Assert.Equal(source.Classify(Texts[i]).Scores, compiled.Classify(Texts[i]).Scores);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Compiled_file_with_its_weights_beside_it_runs_too(bool int8)
    {
        GraphDialect dialect = Compile(RandomModels.Create(hidden: 48, heads: 4), int8, options: new ModelFileWriteOptions { LargestEmbeddedWeights = 1 });
        Assert.NotNull(ModelFile.Read(Compiled).ExternalDataPath);
        using TextClassifier source = TextClassifier.Load(Source, new() { Dialect = dialect }), compiled = TextClassifier.Load(Compiled);
        Same(source.Classify(Texts, TestContext.Current.CancellationToken), compiled.Classify(Texts, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Compiled_model_with_one_token_type_runs_texts_and_refuses_pairs()
    {
        ModelArtifact model = RandomModels.Create();
        Dictionary<string, TensorData> weights = new(model.Weights) { [TensorNames.TokenTypeEmbeddings] = TensorData.FromFloats(new float[24], 1, 24) };
        GraphDialect dialect = Compile(model with { Encoder = model.Encoder with { TokenTypeCount = 1 }, Weights = weights }, int8: false);
        Assert.Equal(["input_ids"], ModelFile.Read(Compiled).Signature.Inputs.Select(input => input.Name));
        using TextClassifier source = TextClassifier.Load(Source, new() { Dialect = dialect }), compiled = TextClassifier.Load(Compiled);
        Same(source.Classify(Texts, TestContext.Current.CancellationToken), compiled.Classify(Texts, TestContext.Current.CancellationToken));
        Assert.Contains("token type", Assert.Throws<ModelFileException>(() => compiled.Classify(new TextPair("a", "b"))).Message);
    }

    [Fact]
    public void Compiled_file_whose_probe_answers_otherwise_is_refused()
    {
        ModelArtifact model = RandomModels.Create();
        Compile(model with { Probes = [new Probe("a", [2, 5, 3], [9, 9, 9])] }, int8: false);
        Assert.Contains("probe 'a'", Assert.Throws<ModelFileException>(() => TextClassifier.Load(Compiled)).Message);
    }

    [Fact]
    public void Another_dialect_or_provider_than_the_compiled_one_is_refused_with_what_to_use()
    {
        Compile(RandomModels.Create(), int8: true);
        using TextClassifier same = TextClassifier.Load(Compiled, new() { Dialect = GraphDialect.CpuInt8 });
        foreach (GraphDialect dialect in (GraphDialect[])[GraphDialect.Portable, GraphDialect.CpuFp32])
            Assert.Contains("compiled for CpuInt8", Assert.Throws<SettingsException>(() => TextClassifier.Load(Compiled, new() { Dialect = dialect })).Message);
    }

    private GraphDialect Compile(ModelArtifact model, bool int8, bool own = false, ModelFileWriteOptions? options = null)
    {
        if (int8) model = ModelQuantizer.Quantize(model, QuantizationPoints.Of(model.Encoder).ToDictionary(point => point.Key, _ => InputQuantization.OfRange(-4, 4)));
        ModelFile.Write(Source, model);
        GraphDialect dialect = EncoderGraph.CpuDialect(model, own);
        ModelFile.WriteCompiled(Compiled, ModelFile.Read(Source), dialect, "1.31.1", options);
        return dialect;
    }

    private static void Same(IReadOnlyList<Classification> expected, IReadOnlyList<Classification> found)
    {
        Assert.Equal(expected.Count, found.Count);
        for (int i = 0; i < expected.Count; i++) Assert.Equal(expected[i].Logits, found[i].Logits);
    }
}
