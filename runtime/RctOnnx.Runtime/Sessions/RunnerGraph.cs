namespace RctOnnx.Runtime;

/// <summary>A graph that takes any shape: rows of equal length where it has no mask, padded ones where it has.</summary>
internal sealed class RunnerGraph(OnnxGraphRunner runner, int batchTokens, int padId, int labelCount) : IBatchGraph
{
    public IReadOnlyDictionary<string, int> Nodes => runner.Nodes;

    public void Plan(ReadOnlySpan<int> lengths, BatchPlan plan) => BatchPlanner.Plan(lengths, batchTokens, !runner.HasMask, plan);

    public void Run(TokenRows rows, PlannedBatch batch, float[] logits) => runner.Run(rows, batch, padId, labelCount, logits);

    public void Dispose() => runner.Dispose();
}
