using RctOnnx.Bench.Models;
using RctOnnx.Bench.Peers;
using RctOnnx.Onnx;
using RctOnnx.Testing;
using Xunit;

namespace RctOnnx.Bench.Tests.Peers;

[Trait("Category", "Golden")]
public class PeerGraphTests
{
    private static readonly int[][] Rows = [[2, 900, 17, 30000, 3], [2, 5, 6, 7, 8, 9, 1234, 3]];

    [Theory]
    [InlineData("minilm-l6-fused-fp32.onnx", 1e-4f)]
    [InlineData("minilm-l6-fused-dynamic-int8.onnx", 0.05f)]
    public void A_filled_graph_gives_the_logits_of_our_model(string graph, float tolerance)
    {
        ModelArtifact artifact = RandomBert.Create(layers: 6, width: 384);
        using TemporaryFolder folder = new();
        string path = Path.Combine(folder.Path, graph);
        PeerGraph.Write(SharedFolders.Peers(graph), artifact, path);
        using GraphRun own = new(artifact, GraphDialect.Portable), peer = new(File.ReadAllBytes(path), GraphDialect.Portable);

        foreach (int[] row in Rows)
        {
            float[] expected = own.Run([row]), found = peer.Run([row]);
            for (int i = 0; i < expected.Length; i++) Assert.Equal(expected[i], found[i], tolerance);
        }
    }

    [Fact]
    public void A_model_of_another_size_is_refused()
    {
        using TemporaryFolder folder = new();

        ModelFileException error = Assert.Throws<ModelFileException>(() => PeerGraph.Write(SharedFolders.Peers("minilm-l6-fused-fp32.onnx"), RandomBert.Create(layers: 6, width: 128), Path.Combine(folder.Path, "x.onnx")));

        Assert.Contains("word_embeddings", error.Message, StringComparison.Ordinal);
        Assert.Contains("6 layers of width 384", error.Message, StringComparison.Ordinal);
    }
}
