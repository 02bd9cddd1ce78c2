using RctOnnx.Bench.Compare;
using RctOnnx.Bench.Limits;
using RctOnnx.Bench.Models;
using RctOnnx.Onnx;
using RctOnnx.Onnx.Protobuf;
using Xunit;

namespace RctOnnx.Bench.Tests.Limits;

public class ProductLimitTests
{
    [Theory]
    [InlineData(false, "MatMul")]
    [InlineData(true, "MatMulIntegerToFloat")]
    public void The_graph_has_every_product_of_the_encoder_and_no_other_arithmetic(bool int8, string operation)
    {
        ModelArtifact artifact = RandomBert.Create(layers: 2, width: 64);

        GraphProto graph = ModelProto.Parser.ParseFrom(ProductGraph.Emit(int8 ? RandomBert.Quantize(artifact) : artifact)).Graph;

        Assert.Equal(2 * 6, graph.Node.Count(node => node.OpType == operation));
        Assert.Equal(["Concat", operation, "Slice"], graph.Node.Select(node => node.OpType).Distinct().Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void It_runs_for_texts_of_any_length(bool int8)
    {
        ModelArtifact artifact = RandomBert.Create(layers: 2, width: 64);
        using ProductLimit limit = new(int8 ? RandomBert.Quantize(artifact) : artifact, [3, 128, 128, 40], int8 ? Precision.Int8 : Precision.Fp32);

        Pass pass = limit.Run(4);

        Assert.Equal(4, pass.Count);
        Assert.True(pass.EngineSeconds > 0);
    }
}
