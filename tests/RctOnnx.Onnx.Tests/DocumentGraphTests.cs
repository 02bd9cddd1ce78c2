using Microsoft.ML.OnnxRuntime;
using RctOnnx.Testing;
using Xunit;

namespace RctOnnx.Onnx.Tests;

/// <summary>Models that answer for every token, to be read at the separators.</summary>
public sealed class DocumentGraphTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static int[] Row(int length, int seed)
    {
        Random random = new(seed);
        return [2, .. Enumerable.Range(0, length - 2).Select(i => i % 5 == 4 ? 3 : random.Next(5, RandomModels.Vocabulary.Count)), 3];
    }

    private static void AssertClose(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++) Assert.Equal(expected[i], actual[i], 5e-5f);
    }

    [Theory]
    [InlineData(Architecture.Bert, HeadKind.Linear, 0)]
    [InlineData(Architecture.Bert, HeadKind.Mlp, 0)]
    [InlineData(Architecture.Electra, HeadKind.Electra, 10)]
    public void Every_dialect_answers_for_every_token_as_the_portable_graph(Architecture architecture, HeadKind head, int embedding)
    {
        ModelArtifact model = RandomModels.Create(architecture, Pooling.Separators, head, embedding: embedding, temperature: 1.3);
        int[][] rows = [Row(17, 1), Row(17, 2)];
        foreach (string output in (string[])["logits", "probabilities"])
        {
            using GraphRun portable = new(model, GraphDialect.Portable);
            float[] expected = portable.Run(rows, output);
            Assert.Equal(2 * 17 * 3, expected.Length);
            float[] padded = portable.Run(rows, output, width: 20);
            for (int row = 0; row < 2; row++) AssertClose(expected.AsSpan(row * 51, 51), padded.AsSpan(row * 60, 51));
            foreach (GraphOptimizationLevel level in Enum.GetValues<GraphOptimizationLevel>())
                foreach (GraphDialect dialect in CpuDialects.Of(model))
                {
                    using GraphRun cpu = new(model, dialect, level: level);
                    AssertClose(expected, cpu.Run(rows, output));
                }
            using GraphRun cuda = new(model, GraphDialect.CudaFp32), coreMl = new(model, GraphDialect.CoreMlFp32, new StaticShape(2, 32));
            AssertClose(expected, cuda.Run(rows, output));
            float[] bucket = coreMl.Run(rows, output);
            for (int row = 0; row < 2; row++) AssertClose(expected.AsSpan(row * 51, 51), bucket.AsSpan(row * 96, 51));
        }
    }

    [Fact]
    public void A_document_model_is_written_and_read_back_with_its_rule()
    {
        ModelArtifact model = RandomModels.Create(pooling: Pooling.Separators);
        ModelFile.Write(_folder.File("model.onnx"), model);
        ModelFileContent read = ModelFile.Read(_folder.File("model.onnx"));
        Assert.Equal(new DocumentRule { SentenceLength = 20, Overlap = 2 }, read.Artifact!.Document);
        Assert.Equal(["batch", "sequence", "3"], read.Signature.Outputs[0].Dimensions);
    }

    [Fact]
    public void A_rule_that_does_not_fit_the_model_is_refused()
    {
        ModelArtifact model = RandomModels.Create(pooling: Pooling.Separators);
        Assert.Contains("without a rule for documents", Fault(model with { Document = null }));
        Assert.Contains("with a rule for documents", Fault(RandomModels.Create() with { Document = new DocumentRule { SentenceLength = 20 } }));
        Assert.Contains("sentences of at most 63 pieces", Fault(model with { Document = new DocumentRule { SentenceLength = 63 } }));
        Assert.Contains("share -1 sentences", Fault(model with { Document = new DocumentRule { SentenceLength = 20, Overlap = -1 } }));
        Assert.Contains("each sentence has one label", Fault(RandomModels.Create(pooling: Pooling.Separators, problem: ProblemType.MultiLabel)));

        static string Fault(ModelArtifact model) => Assert.Throws<ModelFileException>(() => ArtifactCheck.Validate(model)).Message;
    }
}
