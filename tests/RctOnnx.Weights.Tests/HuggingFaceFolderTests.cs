using RctOnnx.Onnx;
using RctOnnx.Onnx.HuggingFace;
using RctOnnx.Testing;
using RctOnnx.Weights.HuggingFace;
using Xunit;

namespace RctOnnx.Weights.Tests;

public class HuggingFaceFolderTests
{
    private static ModelArtifact Model(Architecture architecture, HeadKind head, ProblemType problem = ProblemType.SingleLabel, int labels = 3) => RandomModels.Create(
        architecture, architecture == Architecture.Bert ? Pooling.Pooler : Pooling.Cls, head, Activation.GeluTanh, problem, labels, embedding: architecture == Architecture.Bert ? 0 : 16);

    [Theory]
    [InlineData(Architecture.Bert, HeadKind.Linear, ProblemType.SingleLabel, 3)]
    [InlineData(Architecture.Bert, HeadKind.Linear, ProblemType.MultiLabel, 4)]
    [InlineData(Architecture.Electra, HeadKind.Electra, ProblemType.SingleLabel, 2)]
    [InlineData(Architecture.Electra, HeadKind.Electra, ProblemType.Regression, 1)]
    [InlineData(Architecture.Bert, HeadKind.None, ProblemType.SingleLabel, 0)]
    [InlineData(Architecture.Electra, HeadKind.None, ProblemType.SingleLabel, 0)]
    public void Write_what_is_read_back_is_the_same_configuration_and_the_very_weights(Architecture architecture, HeadKind head, ProblemType problem, int labels)
    {
        using TemporaryFolder folder = new();
        ModelArtifact artifact = Model(architecture, head, problem, labels);
        artifact = artifact with { Encoder = artifact.Encoder with { HiddenDropout = 0.25, LayerNormEpsilon = 1e-7 }, Head = artifact.Head with { Dropout = 0.3 } };
        Assert.Empty(HuggingFaceFolder.Write(folder.File("out"), artifact));

        HuggingFaceConfig config = HuggingFaceConfig.Read(folder.File("out"));
        Assert.Equal(artifact.Encoder, config.Encoder);
        Assert.Equal(artifact.Labels, config.Labels);
        Assert.Equal(head == HeadKind.None ? $"{architecture}Model" : $"{architecture}ForSequenceClassification", config.ArchitectureName);
        if (head != HeadKind.None) Assert.Equal((problem, 0.3), (config.ProblemType, config.ClassifierDropout));
        ImportedWeights imported = HuggingFaceNames.Import(config.Encoder, artifact.Head, labels, CheckpointFolder.ReadTensors(folder.File("out")), artifact.Vocabulary.Count);
        Assert.Empty(imported.Ignored);
        Assert.Empty(imported.MissingHead);
        Assert.Equal(artifact.Weights.Keys.Order(), imported.Weights.Keys.Order());
        foreach ((string name, TensorData weight) in artifact.Weights)
            Assert.True(weight.Bytes.Span.SequenceEqual(imported.Weights[name].Bytes.Span), name);
        Assert.Equal(artifact.Vocabulary, File.ReadAllLines(Path.Combine(folder.File("out"), "vocab.txt")));
        Assert.Equal(["out"], Directory.GetFileSystemEntries(folder.Path).Select(path => Path.GetFileName(path)));
    }

    [Theory]
    [InlineData(Architecture.Bert, Pooling.Mean, HeadKind.Linear)]
    [InlineData(Architecture.Bert, Pooling.Cls, HeadKind.Linear)]
    [InlineData(Architecture.Electra, Pooling.Pooler, HeadKind.Linear)]
    public void Write_a_head_that_transformers_lacks_is_refused_and_nothing_is_written(Architecture architecture, Pooling pooling, HeadKind head)
    {
        using TemporaryFolder folder = new();
        string message = Assert.Throws<ModelFileException>(() => HuggingFaceFolder.Write(folder.File("out"), RandomModels.Create(architecture, pooling, head))).Message;
        Assert.Contains($"{head} on {pooling}", message);
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public void Write_tells_what_the_layout_has_no_place_for()
    {
        using TemporaryFolder folder = new();
        ModelArtifact artifact = Model(Architecture.Bert, HeadKind.Linear) with { Calibration = new Calibration { Temperature = 1.5 }, LongText = LongTextPolicy.Window };
        IReadOnlyList<string> leftOut = HuggingFaceFolder.Write(folder.Path, artifact);
        Assert.Equal(2, leftOut.Count);
        Assert.Contains("temperature 1.5", leftOut[0]);
        Assert.Contains("Window", leftOut[1]);
    }

    [Fact]
    public void Write_into_a_folder_that_holds_something_is_refused()
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(folder.File("pytorch_model.bin"), "old");
        ModelArtifact artifact = Model(Architecture.Bert, HeadKind.Linear);
        Assert.Contains("not empty", Assert.Throws<OutputException>(() => HuggingFaceFolder.Write(folder.Path, artifact)).Message);
        Assert.Contains("it is a file", Assert.Throws<OutputException>(() => HuggingFaceFolder.Write(folder.File("pytorch_model.bin"), artifact)).Message);
        Assert.Equal("old", File.ReadAllText(folder.File("pytorch_model.bin")));
    }

    [Fact]
    public void Import_leaves_out_rows_that_pad_the_word_table()
    {
        ModelArtifact artifact = Model(Architecture.Bert, HeadKind.Linear);
        EncoderConfig encoder = artifact.Encoder;
        Dictionary<string, TensorData> tensors = new(HuggingFaceNames.Export(artifact));
        string word = tensors.Keys.Single(name => name.EndsWith("word_embeddings.weight", StringComparison.Ordinal));
        const int Padding = 7;
        tensors[word] = TensorData.FromFloats(
            [.. tensors[word].ToFloats(), .. Enumerable.Repeat(9f, Padding * encoder.EmbeddingWidth)], encoder.VocabularySize + Padding, encoder.EmbeddingWidth);
        EncoderConfig padded = encoder with { VocabularySize = encoder.VocabularySize + Padding };

        ImportedWeights imported = HuggingFaceNames.Import(padded, artifact.Head, artifact.Labels.Count, tensors, artifact.Vocabulary.Count);
        Assert.Equal((encoder, Padding), (imported.Encoder, imported.UnreachableRows));
        Assert.Contains($"the last {Padding} of {padded.VocabularySize} rows", imported.WordTableNote);
        Assert.Equal(artifact.Weights[TensorNames.WordEmbeddings].Bytes.ToArray(), imported.Weights[TensorNames.WordEmbeddings].Bytes.ToArray());
        ArtifactCheck.Validate(artifact with { Encoder = imported.Encoder, Weights = imported.Weights });

        Assert.Null(HuggingFaceNames.Import(padded, artifact.Head, artifact.Labels.Count, tensors).WordTableNote);
        foreach (int pieces in (int[])[padded.VocabularySize + 1, padded.VocabularySize - 5000])
            Assert.Contains($"has {pieces} pieces", Assert.Throws<ModelFileException>(() => HuggingFaceNames.Import(padded, artifact.Head, artifact.Labels.Count, tensors, pieces)).Message);
    }
}
