using System.Text.Json;
using RctOnnx.Onnx;
using RctOnnx.Onnx.HuggingFace;
using RctOnnx.Testing;
using RctOnnx.Train.Batching;
using RctOnnx.Train.Modules;
using RctOnnx.Train.Pretraining;
using RctOnnx.Train.Tests.Modules;
using RctOnnx.Weights;
using RctOnnx.Weights.HuggingFace;
using TorchSharp;
using TorchSharp.Modules;
using Xunit;
using static TorchSharp.torch;

namespace RctOnnx.Train.Tests.Pretraining;

[Collection(TorchCollection.Name)]
public class ReplacedTokenModelTests
{
    private static readonly EncoderConfig Config = new()
    {
        Architecture = Architecture.Electra,
        VocabularySize = 60,
        EmbeddingWidth = 12,
        HiddenWidth = 32,
        LayerCount = 2,
        HeadCount = 4,
        IntermediateWidth = 64,
        PositionCount = 16,
        HiddenDropout = 0,
        AttentionDropout = 0,
        InitializerRange = 0.3,
    };

    [Fact]
    [Trait("Category", "Golden")]
    public void Scores_are_those_of_the_reference()
    {
        string[] checkpoints = [.. Directory.GetDirectories(SharedFolders.Golden("checkpoints")).Where(folder => Directory.Exists(Path.Combine(folder, "discriminator"))).Select(folder => Path.GetFileName(folder)).Order()];
        Assert.NotEmpty(checkpoints);
        foreach (string checkpoint in checkpoints)
        {
            using DisposeScope scope = NewDisposeScope();
            using IDisposable noGradient = no_grad();
            JsonElement expected = GoldenTensor.Parse(SharedFolders.Golden("expected", checkpoint, "discriminator.json"));
            string folder = SharedFolders.Golden("checkpoints", checkpoint, "discriminator");
            HuggingFaceConfig config = HuggingFaceConfig.Read(folder);
            IReadOnlyDictionary<string, TensorData> tensors = CheckpointFolder.ReadTensors(folder);
            using ReplacedTokenModel model = new(config.Encoder, Pooling.Cls, 0.5, Precision.Fp32);
            model.Encoder.LoadWeights(HuggingFaceNames.Import(config.Encoder, new HeadConfig { Kind = HeadKind.None, Pooling = Pooling.Cls }, 0, tensors).Weights);
            model.LoadHead(DetectionHead.Import(tensors)!);
            model.Train(false);
            (Tensor ids, Tensor mask, Tensor types) = Checkpoints.Input(expected.GetProperty("input"));
            // The reference sets padded places to 0.
            Tensor scores = model.Detect(ids, mask, types) * mask.to(ScalarType.Float32);
            GoldenTensor.AssertClose(GoldenTensor.Floats(expected.GetProperty("logits_masked")), Checkpoints.Floats(scores), 1e-4, checkpoint);
        }
    }

    [Fact]
    public void The_tables_are_one_and_learn_from_both_losses()
    {
        using DisposeScope scope = NewDisposeScope();
        using ReplacedTokenModel model = new(Config, Pooling.Mean, 0.5, Precision.Fp32);
        model.Initialize(1);
        model.Train(true);
        Dictionary<string, Parameter> parameters = model.Parameters();
        Assert.Single(parameters.Keys, name => name.EndsWith("embeddings.word.weight", StringComparison.Ordinal));
        Assert.Equal(16, parameters["generator.encoder.layer.0.attention.query.weight"].shape[0]);
        Assert.Equal(32, parameters["encoder.layer.0.attention.query.weight"].shape[0]);
        Parameter table = parameters[TensorNames.WordEmbeddings];
        ReplacedTokenLoss loss = Loss(model);
        loss.MaskedSum.backward(retain_graph: true);
        using Tensor first = table.grad!.to_dense().clone();
        Assert.Null(parameters["detection.output.weight"].grad); // the detection's loss alone reaches it
        loss.DetectionSum.backward();
        using Tensor both = table.grad!.to_dense().clone();
        Assert.True(first.abs().sum().item<float>() > 0);
        Assert.False(first.allclose(both));
        Assert.True(parameters["detection.output.weight"].grad!.abs().sum().item<float>() > 0);
    }

    [Fact]
    public void Pieces_are_drawn_from_the_generators_distribution_by_the_seed()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        using ReplacedTokenModel model = new(Config, Pooling.Mean, 0.5, Precision.Fp32);
        model.Initialize(1);
        model.Train(false);
        float[] one = Checkpoints.Floats(Loss(model, seed: 4).Replaced), again = Checkpoints.Floats(Loss(model, seed: 4).Replaced);
        Assert.Equal(one, again);
        // The label is drawn as often as the generator gives it probability.
        (MaskedBatch batch, BatchTensors inputs) = Batch();
        Tensor probability = model.Generator.Logits(inputs.Ids, inputs.Mask, inputs.Types, tensor(batch.Positions)).softmax(-1).gather(1, tensor(batch.Labels).unsqueeze(1)).flatten();
        const int Draws = 2000;
        Tensor kept = zeros(batch.Positions.Length);
        for (int draw = 0; draw < Draws; draw++)
        {
            using DisposeScope inner = NewDisposeScope();
            kept.add_(1 - Loss(model, seed: draw).Replaced.index_select(0, tensor(batch.Positions)));
        }
        float[] expected = Checkpoints.Floats(probability), found = Checkpoints.Floats(kept / Draws);
        for (int i = 0; i < expected.Length; i++)
            Assert.True(Math.Abs(expected[i] - found[i]) < 5 * Math.Sqrt(expected[i] * (1 - expected[i]) / Draws) + 1e-3, $"place {i}: probability {expected[i]}, drawn {found[i]}");
    }

    private static ReplacedTokenLoss Loss(ReplacedTokenModel model, long seed = 1) => model.Loss(Batch().Batch, CPU, new SeededOrder(seed, 0));

    private static (MaskedBatch Batch, BatchTensors Inputs) Batch()
    {
        TokenBatch tokens = new() { RowCount = 2, Width = 6, Ids = [2, 7, 4, 9, 11, 3, 2, 4, 8, 3, 0, 0], Mask = [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0], Types = null };
        return (new MaskedBatch(tokens, [2, 7], [8, 10]), BatchTensors.Of(tokens, CPU));
    }
}
