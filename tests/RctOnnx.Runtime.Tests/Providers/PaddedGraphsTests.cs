using RctOnnx.Onnx;
using RctOnnx.Testing;
using Xunit;

namespace RctOnnx.Runtime.Tests.Providers;

/// <summary>The way of CUDA and CoreML from rows to logits, walked on the CPU: plans, shapes, filling, binding, copies, sessions.</summary>
public class PaddedGraphsTests
{
    private const int LabelCount = 3;

    public static TheoryData<GraphDialect, bool> Ways => new() { { GraphDialect.CudaFp32, false }, { GraphDialect.CudaFp32, true }, { GraphDialect.CoreMlFp32, false } };

    private static PaddedGraphs Open(ModelArtifact model, GraphDialect dialect, bool recorded, bool pairs = false) => new(
        new GraphSettings
        {
            Provider = ExecutionProvider.Cpu,
            Dialect = dialect,
            Plan = Plan(dialect, recorded),
            Answers = new BatchAnswers(model.Labels.Count, model.Document is not null),
            PadId = 0,
            Cuda = new CudaOptions { UseCudaGraphs = recorded },
        },
        shape => EncoderGraph.IsStatic(dialect) ? EncoderGraph.EmitStatic(model, dialect, shape, pairs) : EncoderGraph.Emit(model, dialect, pairs));

    private static PaddingPlan Plan(GraphDialect dialect, bool recorded) => EncoderGraph.IsStatic(dialect)
        ? PaddingPlan.Fixed(64, 4)
        : recorded ? PaddingPlan.Recorded(64, 200) : PaddingPlan.Free(200);

    private static int[][] Rows(int count, int seed)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, count).Select(_ => Enumerable.Range(0, 1 + random.Next(64)).Select(_ => random.Next(5, RandomModels.Vocabulary.Count)).ToArray())];
    }

    private static float[] Logits(PaddedGraphs graphs, PaddingPlan plan, int[][] rows, int[][]? types = null)
    {
        LogitTable logits = new();
        TokenRows all = TokenRows.Of(rows, types);
        foreach (PlannedBatch batch in plan.Plan([.. rows.Select(row => row.Length)])) graphs.Run(all, batch, logits);
        return logits.Slice(0, rows.Length * LabelCount).ToArray();
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void Run_answers_as_the_cpu_dialect_whatever_ran_before_in_the_same_memory(GraphDialect dialect, bool recorded)
    {
        ModelArtifact model = RandomModels.Create(pooling: Pooling.Mean);
        using GraphRun cpu = new(model, GraphDialect.CpuFp32);
        using PaddedGraphs graphs = Open(model, dialect, recorded);
        for (int round = 1; round <= 3; round++)
        {
            int[][] rows = Rows(40 * round, round);
            GoldenTensor.AssertClose([.. rows.SelectMany(row => cpu.Run([row]))], Logits(graphs, Plan(dialect, recorded), rows), 1e-4, $"round {round}");
        }
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void Run_pairs_with_their_types_and_single_rows_without(GraphDialect dialect, bool recorded)
    {
        ModelArtifact model = RandomModels.Create();
        int[][] rows = Rows(30, 4), types = [.. rows.Select(row => row.Select((_, i) => i > row.Length / 2 ? 1 : 0).ToArray())];
        using GraphRun portable = new(model, GraphDialect.Portable);
        using PaddedGraphs graphs = Open(model, dialect, recorded, pairs: true);

        GoldenTensor.AssertClose(portable.Run(rows, types: types), Logits(graphs, Plan(dialect, recorded), rows, types), 1e-4, "pairs");
        GoldenTensor.AssertClose(portable.Run(rows), Logits(graphs, Plan(dialect, recorded), rows), 1e-4, "without types");
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void Run_from_many_threads_equals_the_serial_answers(GraphDialect dialect, bool recorded)
    {
        ModelArtifact model = RandomModels.Create();
        using PaddedGraphs graphs = Open(model, dialect, recorded);
        PaddingPlan plan = Plan(dialect, recorded);
        int[][] rows = Rows(60, 5);
        List<PlannedBatch> batches = plan.Plan([.. rows.Select(row => row.Length)]);
        TokenRows all = TokenRows.Of(rows);
        float[][] serial = [.. batches.Select(Logits)];

        Parallel.For(0, 200, new ParallelOptions { MaxDegreeOfParallelism = 16 }, i =>
            Assert.Equal(serial[i % batches.Count], Logits(batches[i % batches.Count])));

        float[] Logits(PlannedBatch batch)
        {
            LogitTable logits = new();
            graphs.Run(all, batch, logits);
            return logits.Slice(0, rows.Length * LabelCount).ToArray();
        }
    }

    [Fact]
    public void Nodes_say_where_the_trial_run_was_computed()
    {
        using PaddedGraphs graphs = Open(RandomModels.Create(), GraphDialect.CudaFp32, recorded: false);

        Assert.Equal("CPUExecutionProvider", Assert.Single(graphs.Nodes).Key);
        Assert.True(graphs.Nodes["CPUExecutionProvider"] > 10);
    }

    [Fact]
    public void Provider_that_is_missing_is_named_and_nothing_stays_open()
    {
        GraphSettings settings = new() { Provider = ExecutionProvider.CoreMl, Dialect = GraphDialect.CoreMlFp32, Plan = PaddingPlan.Fixed(64, 4), Answers = new BatchAnswers(LabelCount, IsPerToken: false), PadId = 0 };
        if (OperatingSystem.IsMacOS()) Assert.Skip("CoreML is there.");

        ProviderException e = Assert.Throws<ProviderException>(() => new PaddedGraphs(settings, shape => EncoderGraph.EmitStatic(RandomModels.Create(), GraphDialect.CoreMlFp32, shape)));

        Assert.Contains("CoreMl", e.Message);
    }
}
