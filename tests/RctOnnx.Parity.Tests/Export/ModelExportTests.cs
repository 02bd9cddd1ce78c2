using RctOnnx.Onnx;
using RctOnnx.Testing;
using RctOnnx.Train.Bases;
using RctOnnx.Train.Export;
using Xunit;

namespace RctOnnx.Parity.Tests.Export;

public sealed class ModelExportTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<Architecture, Pooling, HeadKind, ProblemType> Models => new()
    {
        { Architecture.Bert, Pooling.Cls, HeadKind.Linear, ProblemType.SingleLabel },
        { Architecture.Bert, Pooling.Pooler, HeadKind.Linear, ProblemType.MultiLabel },
        { Architecture.Bert, Pooling.Mean, HeadKind.Linear, ProblemType.Regression },
        { Architecture.Bert, Pooling.Max, HeadKind.Linear, ProblemType.SingleLabel },
        { Architecture.Electra, Pooling.Cls, HeadKind.Electra, ProblemType.SingleLabel },
    };

    [Theory]
    [MemberData(nameof(Models))]
    public void Write_any_head_proof_probes_and_the_very_weights_are_in_the_file(Architecture architecture, Pooling pooling, HeadKind head, ProblemType problem)
    {
        ModelArtifact artifact = RandomModels.Create(architecture, pooling, head, problem: problem, embedding: architecture == Architecture.Electra ? 16 : 0);
        string path = _folder.File("model.onnx");
        ModelExport.Write(path, artifact, token: Token);
        ModelArtifact read = ModelFile.Read(path).Artifact!;
        Assert.InRange(read.Proof!.LargestDifference, 0, read.Proof.Tolerance);
        Assert.Equal(1, read.Proof.LabelAgreement);
        Assert.NotEmpty(read.Probes);
        foreach ((string name, TensorData weight) in artifact.Weights) Assert.Equal(weight.Bytes.ToArray(), read.Weights[name].Bytes.ToArray());
        Assert.Equal([path], Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void Run_a_file_with_one_other_weight_the_gate_refuses()
    {
        ModelArtifact artifact = RandomModels.Create();
        Dictionary<string, TensorData> changed = new(artifact.Weights);
        float[] bias = changed["head.output.bias"].ToFloats();
        bias[1] += 1e-3f;
        changed["head.output.bias"] = TensorData.FromFloats(bias, bias.Length);
        string path = _folder.File("model.onnx");
        ModelFile.Write(path, artifact with { Weights = changed });
        GateException refusal = Assert.Throws<GateException>(() => new ExportProof(artifact, new ModelExportOptions(), Token).Run(path, Token));
        Assert.Contains(artifact.Labels[1], refusal.Message);
        Assert.Equal(ExitCodes.GateFailed, refusal.ExitCode);
    }

    [Theory]
    [InlineData(Pooling.Cls)]
    [InlineData(Pooling.Mean)]
    public void Run_a_file_that_differs_for_pairs_only_the_gate_refuses(Pooling pooling)
    {
        ModelArtifact artifact = RandomModels.Create(pooling: pooling);
        Dictionary<string, TensorData> changed = new(artifact.Weights);
        float[] types = changed[TensorNames.TokenTypeEmbeddings].ToFloats();
        types[artifact.Encoder.EmbeddingWidth + 1] += 0.1f; // of the second text
        changed[TensorNames.TokenTypeEmbeddings] = TensorData.FromFloats(types, artifact.Encoder.TokenTypeCount, artifact.Encoder.EmbeddingWidth);
        string path = _folder.File("model.onnx");
        ModelFile.Write(path, artifact with { Weights = changed });
        Assert.Contains("pair", Assert.Throws<GateException>(() => new ExportProof(artifact, new ModelExportOptions(), Token).Run(path, Token)).Message);
    }

    [Fact]
    public void Write_a_model_with_one_token_type_is_proven_on_texts_alone()
    {
        ModelArtifact artifact = RandomModels.Create();
        int width = artifact.Encoder.EmbeddingWidth;
        Dictionary<string, TensorData> weights = new(artifact.Weights)
        {
            [TensorNames.TokenTypeEmbeddings] = TensorData.FromFloats(artifact.Weights[TensorNames.TokenTypeEmbeddings].ToFloats()[..width], 1, width),
        };
        Proof one = ModelExport.Write(_folder.File("one.onnx"), artifact with { Encoder = artifact.Encoder with { TokenTypeCount = 1 }, Weights = weights }, token: Token).Proof!;
        Proof two = ModelExport.Write(_folder.File("two.onnx"), artifact, new ModelExportOptions { Pairs = [new("the results", "were")] }, Token).Proof!;
        Assert.Equal((ProofTexts.BuiltIn.Count, 0), (one.TextCount, one.PairCount));
        Assert.Equal((ProofTexts.BuiltIn.Count, ProofTexts.BuiltInPairs.Count + 1), (two.TextCount, two.PairCount));
    }

    [Fact]
    public void Write_that_is_stopped_leaves_nothing()
    {
        using CancellationTokenSource stop = new();
        stop.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => ModelExport.Write(_folder.File("model.onnx"), RandomModels.Create(), token: stop.Token));
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void Write_weights_that_give_no_number_nothing_is_written_and_the_older_file_stays()
    {
        ModelArtifact artifact = RandomModels.Create();
        string path = _folder.File("model.onnx");
        File.WriteAllText(path, "older");
        float[] bias = artifact.Weights["head.output.bias"].ToFloats();
        bias[0] = float.NaN;
        Dictionary<string, TensorData> broken = new(artifact.Weights) { ["head.output.bias"] = TensorData.FromFloats(bias, bias.Length) };
        Assert.Throws<GateException>(() => ModelExport.Write(path, artifact with { Weights = broken }, token: Token));
        Assert.Equal("older", File.ReadAllText(path));
        Assert.Equal([path], Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void Write_to_a_folder_is_refused() =>
        Assert.Throws<OutputException>(() => ModelExport.Write(_folder.Path, RandomModels.Create(), token: Token));

    [Fact]
    [Trait("Category", "Golden")]
    public void Write_every_reference_classifier_is_proven()
    {
        string[] folders = [.. Directory.GetDirectories(SharedFolders.Golden("checkpoints")).SelectMany(Directory.GetDirectories)
            .Where(folder => Path.GetFileName(folder) is "classification" or "regression" or "multi_label" or "next_sentence").Order()];
        Assert.NotEmpty(folders);
        foreach (string folder in folders)
        {
            ModelArtifact proven = ModelExport.Write(_folder.File("model.onnx"), BaseModel.LoadClassifier(folder), token: Token);
            Assert.InRange(proven.Proof!.LargestDifference, 0, ExportProof.Tolerance);
            Assert.Equal(proven.Labels, BaseModel.LoadClassifier(_folder.File("model.onnx")).Labels);
        }
    }

    [Fact]
    [Trait("Category", "Golden")]
    public void LoadClassifier_an_encoder_without_a_head_is_refused()
    {
        string[] folders = [.. Directory.GetDirectories(SharedFolders.Golden("checkpoints")).Select(folder => Path.Combine(folder, "base")).Where(Directory.Exists)];
        Assert.NotEmpty(folders);
        foreach (string folder in folders) Assert.Throws<ModelFileException>(() => BaseModel.LoadClassifier(folder));
    }
}
