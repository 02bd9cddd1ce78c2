using RctOnnx.Testing;
using Xunit;

namespace RctOnnx.Onnx.Tests;

/// <summary>A model above 2 GB. Its matrices are one block of zeros in memory and holes on the disk; reading takes their full size in memory.</summary>
public class LargeModelTests
{
    [Fact]
    public void Write_and_Read_of_more_than_2_GB_gives_back_every_weight_and_is_sparse_on_disk()
    {
        ModelArtifact small = RandomModels.Create();
        EncoderConfig encoder = small.Encoder with { HiddenWidth = 2048, EmbeddingWidth = 2048, HeadCount = 16, IntermediateWidth = 8192, LayerCount = 11 };
        byte[] zeros = new byte[2048 * 8192 * sizeof(float)];
        Dictionary<string, TensorData> weights = [];
        foreach ((string name, long[] shape) in WeightShapes.Of(encoder, small.Head, small.Labels.Count))
            weights[name] = new TensorData(TensorType.Float32, shape, zeros.AsMemory(0, (int)TensorData.ByteCount(TensorType.Float32, shape)));
        weights["head.output.weight"] = TensorData.FromFloats([.. Enumerable.Range(0, 2048 * 3).Select(i => i * 0.5f)], 2048, 3);
        ModelArtifact model = small with { Encoder = encoder, Weights = weights };
        Assert.True(weights.Values.Sum(weight => (long)weight.Bytes.Length) > 2L << 30);

        using TemporaryFolder folder = new();
        string path = folder.File("large.onnx");
        ModelFile.Write(path, model);
        Assert.True(new FileInfo(Assert.Single(Directory.GetFiles(folder.Path, "*.data"))).Length > 2L << 30);
        Assert.True(new FileInfo(path).Length < 1 << 20);

        ModelArtifact read = ModelFile.Read(path).Artifact!;
        Assert.Equal(weights.Keys.Order(), read.Weights.Keys.Order());
        foreach ((string name, TensorData weight) in weights)
        {
            Assert.Equal(weight.Shape, read.Weights[name].Shape);
            Assert.True(weight.Bytes.Span.SequenceEqual(read.Weights[name].Bytes.Span), name);
        }
        Assert.Contains("by its path", Assert.Throws<ModelFileException>(() => EncoderGraph.Emit(read, GraphDialect.Portable)).Message);
    }
}
