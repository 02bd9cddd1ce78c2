namespace RctOnnx.Runtime;

/// <summary>A graph that takes any shape: rows of equal length where it has no mask, padded ones where it has.</summary>
internal sealed class RunnerGraph(OnnxGraphRunner runner, int batchTokens, int padId, int labelCount) : IBatchGraph
{
    public IReadOnlyDictionary<string, int> Nodes => runner.Nodes;

    public List<PlannedBatch> Plan(IReadOnlyList<int> lengths) =>
        runner.HasMask ? BatchPlanner.Padded(lengths, batchTokens) : BatchPlanner.EqualLengths(lengths, batchTokens);

    public float[] Run(IReadOnlyList<int[]> rows, IReadOnlyList<int[]?>? types, PlannedBatch batch)
    {
        int[]?[]? batchTypes = types is null ? null : [.. batch.Rows.Select(row => types[row])];
        return runner.Run([.. batch.Rows.Select(row => rows[row])], batchTypes, batch.Length, padId, labelCount);
    }

    public void Dispose() => runner.Dispose();
}
