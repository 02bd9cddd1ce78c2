namespace RctOnnx.Runtime;

/// <summary>An open graph and the way in which rows become its batches. Thread-safe.</summary>
internal interface IBatchGraph : IDisposable
{
    /// <summary>Number of node executions by provider in a trial run; empty where none was made, which is on the CPU.</summary>
    IReadOnlyDictionary<string, int> Nodes { get; }

    /// <summary>Writes the batches of rows of these token counts into a plan; every row is in exactly one.</summary>
    void Plan(ReadOnlySpan<int> lengths, BatchPlan plan);

    /// <summary>Computes the rows of a batch.</summary>
    /// <param name="rows">All rows.</param>
    /// <param name="batch">One of <see cref="Plan"/>.</param>
    /// <param name="logits">Logits of all rows, [answers, labels]: those of the batch are written at their places.</param>
    void Run(TokenRows rows, PlannedBatch batch, float[] logits);
}
