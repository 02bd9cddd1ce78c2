using Microsoft.ML.OnnxRuntime;
using RctOnnx.Onnx.Protobuf;
using RctOnnx.Testing;
using Xunit;
using DataType = RctOnnx.Onnx.Protobuf.TensorProto.Types.DataType;

namespace RctOnnx.Onnx.Tests;

/// <summary>
/// The CUDA dialects without a card. In fp32 they run on CPU kernels and must answer as the portable graph. In fp16 ONNX Runtime
/// casts to fp32 around nodes that have no CPU kernel: the graph is valid and its weights are rounded, but much of the rounding
/// between nodes is left out, for which <see cref="HalfRounding"/> stands in.
/// </summary>
public class CudaGraphTests
{
    private static readonly int[] Lengths = [9, 1, 17, 5, 2];

    private static int[][] Rows(int seed = 1) => [.. Lengths.Select((length, i) => Row(length, 100 * seed + i))];

    private static int[] Row(int length, int seed)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, length).Select(_ => random.Next(5, RandomModels.Vocabulary.Count))];
    }

    private static string[] Outputs(ModelArtifact model) =>
        model.Head.Kind == HeadKind.None ? ["features"] : model.ProblemType == ProblemType.Regression ? ["logits"] : ["logits", "probabilities"];

    [Theory]
    [MemberData(nameof(DialectTests.Models), MemberType = typeof(DialectTests))]
    public void Fp32_graph_answers_as_the_portable_one_for_padded_rows_at_every_optimisation_level(
        Architecture architecture, Pooling pooling, HeadKind head, Activation activation, ProblemType problem, int embedding)
    {
        ModelArtifact model = RandomModels.Create(architecture, pooling, head, activation, problem, embedding: embedding, temperature: 1.7);
        using GraphRun portable = new(model, GraphDialect.Portable);
        foreach (GraphOptimizationLevel level in Enum.GetValues<GraphOptimizationLevel>())
            foreach (bool pairs in (bool[])[false, true])
            {
                using GraphRun cuda = new(model, GraphDialect.CudaFp32, pairs, level: level);
                foreach (string output in Outputs(model))
                    GoldenTensor.AssertClose(portable.Run(Rows(), output), cuda.Run(Rows(), output, width: 20), 1e-4, $"{level} {output}");
            }
    }

    [Theory]
    [InlineData(196, 4)]
    [InlineData(24, 3)]
    [InlineData(64, 1)]
    [InlineData(128, 4)]
    public void Fp32_graph_answers_as_the_portable_one_at_any_head_width_and_length(int hidden, int heads)
    {
        ModelArtifact model = RandomModels.Create(hidden: hidden, heads: heads);
        using GraphRun portable = new(model, GraphDialect.Portable), cuda = new(model, GraphDialect.CudaFp32);
        foreach (int length in (int[])[1, 2, 33, 64])
            GoldenTensor.AssertClose(portable.Run([Row(length, length)]), cuda.Run([Row(length, length)]), 1e-4, $"length {length}");
    }

    [Theory]
    [InlineData(Pooling.Cls)]
    [InlineData(Pooling.Mean)]
    [InlineData(Pooling.Max)]
    public void Padding_and_neighbours_do_not_change_an_answer(Pooling pooling)
    {
        using GraphRun cuda = new(RandomModels.Create(pooling: pooling), GraphDialect.CudaFp32);
        float[] together = cuda.Run(Rows(), width: 40);
        for (int row = 0; row < Lengths.Length; row++)
            GoldenTensor.AssertClose(together[(3 * row)..(3 * row + 3)], cuda.Run([Rows()[row]]), 1e-5, $"row {row}");
    }

    [Theory]
    [InlineData(GraphDialect.CudaFp32)]
    [InlineData(GraphDialect.CudaFp16)]
    public void Pair_graph_uses_token_types(GraphDialect dialect)
    {
        ModelArtifact model = RandomModels.Create(pooling: Pooling.Mean);
        int[][] rows = [Row(8, 1), Row(6, 2)], types = [[0, 0, 0, 0, 1, 1, 1, 1], [0, 0, 1, 1, 1, 1]];
        using GraphRun portable = new(model, GraphDialect.Portable), cuda = new(model, dialect, pairs: true);
        float[] expected = portable.Run(rows, types: types);
        GoldenTensor.AssertClose(expected, cuda.Run(rows, types: types), dialect == GraphDialect.CudaFp32 ? 1e-4 : 2e-2, dialect.ToString());
        Assert.True(expected.Zip(portable.Run(rows), (a, b) => Math.Abs(a - b)).Max() > 1e-3);
    }

    [Theory]
    [MemberData(nameof(DialectTests.Models), MemberType = typeof(DialectTests))]
    public void Fp16_graph_is_near_the_portable_one(
        Architecture architecture, Pooling pooling, HeadKind head, Activation activation, ProblemType problem, int embedding)
    {
        ModelArtifact model = RandomModels.Create(architecture, pooling, head, activation, problem, embedding: embedding);
        using GraphRun portable = new(model, GraphDialect.Portable), cuda = new(model, GraphDialect.CudaFp16);
        using GraphRun rounded = new(HalfRounding.Emit(model), GraphDialect.CudaFp32, level: GraphOptimizationLevel.ORT_DISABLE_ALL);
        foreach (string output in Outputs(model))
        {
            float[] expected = portable.Run(Rows(), output), found = cuda.Run(Rows(), output, width: 20);
            GoldenTensor.AssertClose(expected, found, 2e-2, output);
            GoldenTensor.AssertClose(expected, rounded.Run(Rows(), output, width: 20), 2e-2, output + " rounded");
            Assert.True(expected.Zip(found, (a, b) => Math.Abs(a - b)).Max() > 1e-6, "no rounding at all: the graph was not in fp16");
        }
    }

    [Fact]
    public void Int8_files_compute_with_their_weights_multiplied_out()
    {
        ModelArtifact model = RandomModels.Create();
        ModelArtifact int8 = ModelQuantizer.Quantize(model, QuantizationPoints.Of(model.Encoder).ToDictionary(point => point.Key, _ => InputQuantization.OfRange(-4, 4)), ModelQuantizer.SafeLimit);
        ModelArtifact whole = int8 with
        {
            Inputs = new Dictionary<string, InputQuantization>(),
            Weights = int8.Weights.ToDictionary(pair => pair.Key, pair => TensorData.FromFloats(pair.Value.ToFloats(), [.. pair.Value.Shape])),
        };
        using GraphRun expected = new(whole, GraphDialect.CudaFp32), found = new(int8, GraphDialect.CudaFp32);
        Assert.Equal(expected.Run(Rows()), found.Run(Rows()));
    }

    [Theory]
    [InlineData(Activation.Gelu, "BiasGelu")]
    [InlineData(Activation.GeluTanh, "FastGelu")]
    [InlineData(Activation.Relu, "Relu")]
    public void Fp16_graph_is_made_of_the_fused_operators_and_fp16_weights(Activation activation, string operation)
    {
        ModelArtifact model = RandomModels.Create(Architecture.Electra, Pooling.Cls, HeadKind.Electra, activation, embedding: 10, layers: 3);
        GraphProto graph = EncoderGraph.Build(model, GraphDialect.CudaFp16).Graph;

        Assert.Equal(1, Count("EmbedLayerNormalization"));
        Assert.Equal(2, Count("Attention"));
        Assert.Equal(1, Count("MultiHeadAttention")); // the last layer, for the first token only
        Assert.Equal(6, Count("SkipLayerNormalization"));
        Assert.Equal(3, Count(operation));
        foreach (NodeProto node in graph.Node.Where(node => node.OpType == "SkipLayerNormalization")) Assert.Equal(5, node.Input.Count);
        foreach (NodeProto node in graph.Node.Where(node => node.OpType == "Attention"))
        {
            Assert.Equal("lengths", node.Input[3]);
            Assert.Equal([24, 72], graph.Initializer.Single(tensor => tensor.Name == node.Input[1]).Dims);
            Assert.Equal([72], graph.Initializer.Single(tensor => tensor.Name == node.Input[2]).Dims);
        }
        foreach (TensorProto tensor in graph.Initializer.Where(tensor => tensor.DataType is (int)DataType.Float or (int)DataType.Float16))
            Assert.Equal(tensor.Name.StartsWith("head.", StringComparison.Ordinal) ? DataType.Float : DataType.Float16, (DataType)tensor.DataType);
        Assert.Equal(["input_ids", "lengths"], graph.Input.Select(input => input.Name));
        Assert.All(graph.Input, input => Assert.Equal((int)DataType.Int32, input.Type.TensorType.ElemType));
        Assert.All(graph.Output, output => Assert.Equal((int)DataType.Float, output.Type.TensorType.ElemType));

        int Count(string name) => graph.Node.Count(node => node.OpType == name);
    }

    [Fact]
    public void No_graph_has_a_node_that_cuda_graphs_exclude()
    {
        foreach (Pooling pooling in RandomModels.TextPoolings)
            Assert.DoesNotContain(EncoderGraph.Build(RandomModels.Create(pooling: pooling), GraphDialect.CudaFp16).Graph.Node,
                node => node.OpType is "Shape" or "Size" or "Range" or "NonZero" or "ConstantOfShape");
    }

    [Fact]
    public void Weight_beyond_the_range_of_fp16_is_refused_by_name_and_only_in_fp16()
    {
        ModelArtifact model = RandomModels.Create();
        string name = TensorNames.Weight(TensorNames.Intermediate(1));
        float[] values = model.Weights[name].ToFloats();
        values[7] = 70_000;
        ModelArtifact large = model with { Weights = new Dictionary<string, TensorData>(model.Weights) { [name] = TensorData.FromFloats(values, [.. model.Weights[name].Shape]) } };

        ModelFileException e = Assert.Throws<ModelFileException>(() => EncoderGraph.Emit(large, GraphDialect.CudaFp16));
        Assert.Contains(name, e.Message);
        Assert.Contains("70000", e.Message);
        Assert.NotEmpty(EncoderGraph.Emit(large, GraphDialect.CudaFp32));
    }

    [Theory]
    [InlineData(Pooling.Cls)]
    [InlineData(Pooling.Pooler)]
    [InlineData(Pooling.Mean)]
    [InlineData(Pooling.Max)]
    public void Labels_with_every_value_rounded_to_fp16_are_those_of_fp32_wherever_two_are_not_tied(Pooling pooling)
    {
        ModelArtifact model = RandomModels.Create(pooling: pooling, hidden: 96, heads: 3, layers: 3);
        int[][] rows = [.. Enumerable.Range(0, 300).Select(seed => Row(2 + seed % 60, seed))];
        using GraphRun portable = new(model, GraphDialect.Portable);
        using GraphRun rounded = new(HalfRounding.Emit(model), GraphDialect.CudaFp32, level: GraphOptimizationLevel.ORT_DISABLE_ALL);
        float[] expected = portable.Run(rows), found = rounded.Run(rows);
        int compared = 0;
        for (int row = 0; row < rows.Length; row++)
        {
            float[] scores = expected[(3 * row)..(3 * row + 3)], sorted = [.. scores.OrderDescending()];
            if (sorted[0] - sorted[1] < 0.02) continue;
            compared++;
            Assert.Equal(Array.IndexOf(scores, sorted[0]), Largest(found.AsSpan(3 * row, 3)));
        }
        Assert.True(compared > 250, $"only {compared} rows are not tied");
        Assert.True(expected.Zip(found, (a, b) => Math.Abs(a - b)).Max() > 1e-4);
    }

    private static int Largest(ReadOnlySpan<float> scores)
    {
        int best = 0;
        for (int i = 1; i < scores.Length; i++)
            if (scores[i] > scores[best]) best = i;
        return best;
    }
}
