using RctOnnx.Onnx;
using RctOnnx.Testing;
using RctOnnx.Train.Batching;
using RctOnnx.Train.Evaluation;
using RctOnnx.Train.Modules;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace RctOnnx.Train.Tests.Evaluation;

[Collection(TorchCollection.Name)]
public class FeatureCacheTests
{
    [Theory]
    [InlineData(Pooling.Cls)]
    [InlineData(Pooling.Pooler)]
    [InlineData(Pooling.Mean)]
    [InlineData(Pooling.Max)]
    public void Logits_from_kept_features_are_those_of_the_whole_model(Pooling pooling)
    {
        using DisposeScope scope = NewDisposeScope();
        ModelArtifact artifact = RandomModels.Create(pooling: pooling);
        using ClassifierModel model = new(artifact.Encoder, artifact.Head, artifact.Labels.Count);
        model.LoadWeights(artifact.Weights);
        model.train();
        TokenStore tokens = new();
        foreach (int[] row in (int[][])[[2, 9, 14, 3], [2, 33, 3], [2, 9, 60, 21, 14, 3], [2, 5, 3]]) tokens.Add(row, row.Length);
        using FeatureCache cache = FeatureCache.Compute(model, CPU, tokens, 0, null, CancellationToken.None);
        Assert.True(model.training);
        model.eval();
        int[] rows = [2, 0, 3];
        Tensor expected = BatchTensors.Of(TokenBatch.Of(tokens, rows, 0), CPU).Forward(model);
        Assert.True(model.Logits(cache.Of(rows)).allclose(expected, 1e-5, 1e-6));
        Assert.False(model.Logits(cache.Of([0, 2, 3])).allclose(expected, 1e-2, 1e-2));
    }
}
