namespace RctOnnx.Runtime;

/// <summary>A graph that takes any shape: rows of equal length where it has no mask, padded ones where it has.</summary>
internal sealed class RunnerGraph(OnnxGraphRunner runner, int batchTokens, int padId, int labelCount) : IBatchGraph
{
    public IReadOnlyDictionary<string, int> Nodes => runner.Nodes;

    public int RunsAtOnce => int.MaxValue;

    public IBatchPlan NewPlan() => runner.HasMask
        ? new WindowedPlan(WindowedPlan.DefaultWindow, lengths => BatchPlanner.Padded(lengths, batchTokens))
        : new EqualLengthPlan(batchTokens);

    public void Run(TokenRows rows, PlannedBatch batch, LogitTable logits) => runner.Run(rows, batch, padId, labelCount, logits);

    public void Dispose() => runner.Dispose();
}
