using RctOnnx.Onnx.Protobuf;
using RctOnnx.Testing;
using Xunit;
using DataType = RctOnnx.Onnx.Protobuf.TensorProto.Types.DataType;

namespace RctOnnx.Onnx.Tests;

/// <summary>The CoreML dialects without a Mac: run on CPU kernels against the portable graph, and held to what the builders know.</summary>
public class CoreMlGraphTests
{
    // ONNX Runtime's list of operators that it can hand to ML programs, as far as they are used here; Gather is newer than the list.
    private static readonly HashSet<string> Known =
    [
        "Add", "Cast", "Div", "Gather", "Gelu", "Identity", "LayerNormalization", "MatMul", "Mul", "ReduceMax", "ReduceSum", "Relu", "Reshape",
        "Sigmoid", "Slice", "Softmax", "Sub", "Tanh", "Transpose",
    ];

    private static int[] Row(int length, int seed)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, length).Select(_ => random.Next(5, RandomModels.Vocabulary.Count))];
    }

    private static string[] Outputs(ModelArtifact model) =>
        model.Head.Kind == HeadKind.None ? ["features"] : model.ProblemType == ProblemType.Regression ? ["logits"] : ["logits", "probabilities"];

    [Theory]
    [MemberData(nameof(DialectTests.Models), MemberType = typeof(DialectTests))]
    public void Fp32_graph_of_every_length_answers_as_the_portable_one(
        Architecture architecture, Pooling pooling, HeadKind head, Activation activation, ProblemType problem, int embedding)
    {
        ModelArtifact model = RandomModels.Create(architecture, pooling, head, activation, problem, embedding: embedding, temperature: 1.7);
        using GraphRun portable = new(model, GraphDialect.Portable);
        foreach (int length in (int[])[8, 32, 64])
        {
            int[][] rows = [Row(length, 1), Row(1, 2), Row(length / 2, 3)];
            using GraphRun coreMl = new(model, GraphDialect.CoreMlFp32, new StaticShape(4, length)); // one row stays empty
            foreach (string output in Outputs(model))
                GoldenTensor.AssertClose(portable.Run(rows, output), coreMl.Run(rows, output), 1e-4, $"{output} at {length}");
        }
    }

    [Theory]
    [MemberData(nameof(DialectTests.Models), MemberType = typeof(DialectTests))]
    public void Fp16_graph_is_near_the_portable_one(
        Architecture architecture, Pooling pooling, HeadKind head, Activation activation, ProblemType problem, int embedding)
    {
        ModelArtifact model = RandomModels.Create(architecture, pooling, head, activation, problem, embedding: embedding);
        int[][] rows = [Row(32, 1), Row(1, 2), Row(20, 3)];
        using GraphRun portable = new(model, GraphDialect.Portable), coreMl = new(model, GraphDialect.CoreMlFp16, new StaticShape(3, 32));
        foreach (string output in Outputs(model))
            GoldenTensor.AssertClose(portable.Run(rows, output), coreMl.Run(rows, output), 2e-2, output);
    }

    [Theory]
    [InlineData(196, 4)]
    [InlineData(24, 3)]
    [InlineData(64, 1)]
    public void Fp32_graph_answers_as_the_portable_one_at_any_head_width(int hidden, int heads)
    {
        ModelArtifact model = RandomModels.Create(hidden: hidden, heads: heads);
        using GraphRun portable = new(model, GraphDialect.Portable), coreMl = new(model, GraphDialect.CoreMlFp32, new StaticShape(1, 64));
        foreach (int length in (int[])[1, 33, 64])
            GoldenTensor.AssertClose(portable.Run([Row(length, length)]), coreMl.Run([Row(length, length)]), 1e-4, $"length {length}");
    }

    [Fact]
    public void Pair_graph_uses_token_types()
    {
        ModelArtifact model = RandomModels.Create(pooling: Pooling.Mean);
        int[][] rows = [Row(8, 1), Row(6, 2)], types = [[0, 0, 0, 0, 1, 1, 1, 1], [0, 0, 1, 1, 1, 1]];
        using GraphRun portable = new(model, GraphDialect.Portable), coreMl = new(model, GraphDialect.CoreMlFp32, new StaticShape(2, 16), pairs: true);
        float[] expected = portable.Run(rows, types: types);
        GoldenTensor.AssertClose(expected, coreMl.Run(rows, types: types), 1e-4, "pairs");
        Assert.True(expected.Zip(portable.Run(rows), (a, b) => Math.Abs(a - b)).Max() > 1e-3);
    }

    [Theory]
    [InlineData(GraphDialect.CoreMlFp32)]
    [InlineData(GraphDialect.CoreMlFp16)]
    public void Graphs_hold_only_what_ml_programs_know_and_no_dynamic_dimension(GraphDialect dialect)
    {
        foreach (Pooling pooling in RandomModels.TextPoolings)
            foreach (ProblemType problem in RandomModels.TextProblems)
            {
                ModelArtifact model = RandomModels.Create(Architecture.Electra, pooling, HeadKind.Electra, problem: problem, embedding: 10, temperature: 1.5);
                ModelProto proto = EncoderGraph.BuildStatic(model, dialect, new StaticShape(4, 32), pairs: true);
                GraphProto graph = proto.Graph;
                // What ordered labels add behind the last layer is a handful of numbers, and may stay on the processor.
                Assert.All(graph.Node.Where(node => !node.Output[0].StartsWith("ordered/", StringComparison.Ordinal)), node => Assert.Contains(node.OpType, Known));
                Assert.All(graph.Node, node => Assert.Equal("", node.Domain));
                Assert.Equal("", Assert.Single(proto.OpsetImport).Domain);
                Assert.All(graph.Input.Concat(graph.Output), value => Assert.All(value.Type.TensorType.Shape.Dim, dimension => Assert.True(dimension.DimValue > 0)));
                Assert.All(graph.Input.Concat(graph.Output), value => Assert.InRange(value.Type.TensorType.Shape.Dim.Count, 1, 5));
                HashSet<string> constants = [.. graph.Initializer.Select(tensor => tensor.Name)];
                foreach (NodeProto node in graph.Node.Where(node => node.OpType is "Reshape" or "Slice" or "ReduceMax" or "ReduceSum" or "LayerNormalization"))
                    Assert.All(node.Input.Skip(1), input => Assert.Contains(input, constants));
                // ids are looked up first: a version without a builder for Gather leaves the rest in one piece
                Assert.All(graph.Node.Where(node => node.OpType == "Gather"), node => Assert.Contains(node.Input[1], (string[])["input_ids", "token_type_ids"]));
                DataType wanted = dialect == GraphDialect.CoreMlFp16 ? DataType.Float16 : DataType.Float;
                Assert.All(graph.Initializer.Where(tensor => tensor.Name.StartsWith("encoder.", StringComparison.Ordinal)), tensor => Assert.Equal(wanted, (DataType)tensor.DataType));
            }
    }

    [Fact]
    public void Cache_key_is_short_plain_and_another_for_whatever_differs()
    {
        ModelArtifact model = RandomModels.Create();
        string key = Key(model, GraphDialect.CoreMlFp32, new StaticShape(4, 32), false);
        Assert.Equal(key, Key(RandomModels.Create(), GraphDialect.CoreMlFp32, new StaticShape(4, 32), false));
        Assert.InRange(key.Length, 1, 63);
        Assert.All(key, letter => Assert.True(char.IsAsciiLetterOrDigit(letter)));
        string[] others =
        [
            Key(RandomModels.Create(seed: 2), GraphDialect.CoreMlFp32, new StaticShape(4, 32), false),
            Key(model, GraphDialect.CoreMlFp16, new StaticShape(4, 32), false),
            Key(model, GraphDialect.CoreMlFp32, new StaticShape(1, 32), false),
            Key(model, GraphDialect.CoreMlFp32, new StaticShape(4, 64), false),
            Key(model, GraphDialect.CoreMlFp32, new StaticShape(4, 32), true),
        ];
        Assert.Equal(6, others.Append(key).Distinct().Count());
        Assert.DoesNotContain(EncoderGraph.Build(model, GraphDialect.Portable).MetadataProps, entry => entry.Key == MetadataKeys.CoreMlCacheKey);

        static string Key(ModelArtifact model, GraphDialect dialect, StaticShape shape, bool pairs) =>
            Assert.Single(EncoderGraph.BuildStatic(model, dialect, shape, pairs).MetadataProps, entry => entry.Key == MetadataKeys.CoreMlCacheKey).Value;
    }

    [Fact]
    public void Shapes_and_dialects_that_do_not_fit_are_refused()
    {
        ModelArtifact model = RandomModels.Create();
        Assert.Contains("64", Assert.Throws<ModelFileException>(() => EncoderGraph.EmitStatic(model, GraphDialect.CoreMlFp32, new StaticShape(1, 65))).Message);
        Assert.Throws<ModelFileException>(() => EncoderGraph.EmitStatic(model, GraphDialect.CoreMlFp32, new StaticShape(0, 32)));
        Assert.Contains("EmitStatic", Assert.Throws<ModelFileException>(() => EncoderGraph.Emit(model, GraphDialect.CoreMlFp16)).Message);
        Assert.Contains("CoreMl", Assert.Throws<ModelFileException>(() => EncoderGraph.EmitStatic(model, GraphDialect.CudaFp16, new StaticShape(1, 32))).Message);
    }
}
