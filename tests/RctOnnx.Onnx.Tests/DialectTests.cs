using Microsoft.ML.OnnxRuntime;
using RctOnnx.Testing;
using Xunit;

namespace RctOnnx.Onnx.Tests;

public class DialectTests
{
    public static TheoryData<Architecture, Pooling, HeadKind, Activation, ProblemType, int> Models
    {
        get
        {
            TheoryData<Architecture, Pooling, HeadKind, Activation, ProblemType, int> data = [];
            foreach (Pooling pooling in RandomModels.TextPoolings)
                foreach (HeadKind head in RandomModels.TextHeads)
                {
                    data.Add(Architecture.Bert, pooling, head, Activation.Gelu, ProblemType.SingleLabel, 0);
                    data.Add(Architecture.Electra, pooling, head, Activation.Relu, ProblemType.MultiLabel, 10);
                }
            foreach (Activation activation in Enum.GetValues<Activation>())
                foreach (ProblemType problem in RandomModels.TextProblems)
                    data.Add(Architecture.Electra, Pooling.Cls, HeadKind.Electra, activation, problem, 16);
            return data;
        }
    }

    private static int[] Row(int length, int seed)
    {
        Random random = new(seed);
        return [2, .. Enumerable.Range(0, length - 2).Select(_ => random.Next(5, RandomModels.Vocabulary.Count)), 3];
    }

    private static void AssertClose(float[] expected, float[] actual, float tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
            Assert.True(Math.Abs(expected[i] - actual[i]) <= tolerance, $"value {i}: expected {expected[i]}, found {actual[i]}");
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Cpu_graph_answers_as_the_portable_one_at_every_optimisation_level(
        Architecture architecture, Pooling pooling, HeadKind head, Activation activation, ProblemType problem, int embedding)
    {
        ModelArtifact model = RandomModels.Create(architecture, pooling, head, activation, problem, embedding: embedding, temperature: 1.7);
        string[] outputs = head == HeadKind.None ? ["features"] : problem == ProblemType.Regression ? ["logits"] : ["logits", "probabilities"];
        int[][] rows = [Row(9, 1), Row(9, 2), Row(9, 3)];
        foreach (GraphOptimizationLevel level in Enum.GetValues<GraphOptimizationLevel>())
        {
            using GraphRun portable = new(model, GraphDialect.Portable, level: level);
            foreach (string output in outputs) AssertClose(portable.Run(rows, output), portable.Run(rows, output, width: 20), 2e-5f);
            foreach (GraphDialect dialect in CpuDialects.Of(model))
            {
                using GraphRun cpu = new(model, dialect, level: level);
                foreach (string output in outputs) AssertClose(portable.Run(rows, output), cpu.Run(rows, output), 2e-5f);
            }
        }
    }

    [Theory]
    [InlineData(196, 4)]
    [InlineData(24, 3)]
    [InlineData(64, 1)]
    public void Cpu_graph_answers_as_the_portable_one_at_any_head_width_and_length(int hidden, int heads)
    {
        ModelArtifact model = RandomModels.Create(hidden: hidden, heads: heads);
        using GraphRun portable = new(model, GraphDialect.Portable);
        foreach (GraphDialect dialect in CpuDialects.Of(model))
        {
            using GraphRun cpu = new(model, dialect);
            foreach (int length in (int[])[2, 3, 17, 64])
                AssertClose(portable.Run([Row(length, length)]), cpu.Run([Row(length, length)]), 5e-5f);
        }
    }

    [Fact]
    public void Pair_graphs_use_token_types_in_both_dialects()
    {
        ModelArtifact model = RandomModels.Create(pooling: Pooling.Mean);
        int[][] rows = [Row(8, 1)], types = [[0, 0, 0, 0, 1, 1, 1, 1]];
        using GraphRun portable = new(model, GraphDialect.Portable);
        float[] expected = portable.Run(rows, types: types);
        foreach (GraphDialect dialect in CpuDialects.Of(model))
        {
            using GraphRun cpu = new(model, dialect, pairs: true), singles = new(model, dialect);
            AssertClose(expected, cpu.Run(rows, types: types), 2e-5f);
            Assert.Equal(singles.Run(rows), cpu.Run(rows)); // types of zero: the same bits
        }
        Assert.True(expected.Zip(portable.Run(rows), (a, b) => Math.Abs(a - b)).Max() > 1e-3);
    }

    [Theory]
    [InlineData(Pooling.Cls)]
    [InlineData(Pooling.Pooler)]
    [InlineData(Pooling.Mean)]
    [InlineData(Pooling.Max)]
    public void Cpu_graph_gives_the_same_bits_alone_and_in_any_batch(Pooling pooling)
    {
        ModelArtifact model = RandomModels.Create(pooling: pooling, hidden: 96, heads: 4, layers: 3);
        foreach (int threads in (int[])[1, 2])
            foreach (GraphDialect dialect in CpuDialects.Of(model))
            {
                using GraphRun cpu = new(model, dialect, threads: threads);
                foreach (int length in (int[])[2, 3, 7, 30])
                {
                    int[][] rows = [.. Enumerable.Range(0, 13).Select(seed => Row(length, seed))];
                    float[] together = cpu.Run(rows);
                    for (int row = 0; row < rows.Length; row++)
                        Assert.Equal(together.AsSpan(row * 3, 3).ToArray(), cpu.Run([rows[row]]));
                }
            }
    }

    [Theory]
    [InlineData(Pooling.Cls, HeadKind.Electra, Activation.GeluTanh)]
    [InlineData(Pooling.Pooler, HeadKind.None, Activation.Relu)]
    [InlineData(Pooling.Mean, HeadKind.Electra, Activation.Gelu)]
    [InlineData(Pooling.Max, HeadKind.None, Activation.GeluTanh)]
    public void Cpu_graph_gives_the_same_bits_for_odd_widths_and_any_number_of_rows(Pooling pooling, HeadKind head, Activation activation)
    {
        ModelArtifact model = RandomModels.Create(
            Architecture.Electra, pooling, head, activation, ProblemType.MultiLabel, hidden: 147, heads: 3, embedding: 37);
        string[] outputs = head == HeadKind.None ? ["features"] : ["logits", "probabilities"];
        foreach (int threads in (int[])[1, 2])
            foreach (GraphDialect dialect in CpuDialects.Of(model))
            {
                using GraphRun cpu = new(model, dialect, threads: threads);
                foreach (int length in (int[])[1, 2, 33, 64])
                    foreach (int count in (int[])[2, 3, 8, 17])
                        foreach (string output in outputs)
                        {
                            int[][] rows = [.. Enumerable.Range(0, count).Select(seed => length == 1 ? [5 + seed] : Row(length, seed))];
                            float[] together = cpu.Run(rows, output);
                            int width = together.Length / count;
                            for (int row = 0; row < count; row++)
                                Assert.Equal(together.AsSpan(row * width, width).ToArray(), cpu.Run([rows[row]], output));
                        }
            }
    }

    [Theory]
    [InlineData(Pooling.Cls)]
    [InlineData(Pooling.Mean)]
    [InlineData(Pooling.Max)]
    public void Portable_graph_gives_finite_numbers_for_a_row_that_is_all_padding(Pooling pooling)
    {
        using GraphRun portable = new(RandomModels.Create(pooling: pooling), GraphDialect.Portable);
        float[] logits = portable.Run([[], Row(5, 1)], width: 5);
        Assert.All(logits, value => Assert.True(float.IsFinite(value)));
    }
}
