namespace RctOnnx.Runtime;

/// <summary>An open graph and the way in which rows become its batches. Thread-safe.</summary>
internal interface IBatchGraph : IDisposable
{
    /// <summary>Number of node executions by provider in a trial run; empty where none was made, which is on the CPU.</summary>
    IReadOnlyDictionary<string, int> Nodes { get; }

    /// <summary>Batches of rows of these token counts; every row is in exactly one.</summary>
    List<PlannedBatch> Plan(IReadOnlyList<int> lengths);

    /// <summary>Logits of the rows of a batch, [rows, labels].</summary>
    /// <param name="rows">Ids of all rows.</param>
    /// <param name="types">Token types of all rows; null or a null row means zeros.</param>
    /// <param name="batch">One of <see cref="Plan"/>.</param>
    float[] Run(IReadOnlyList<int[]> rows, IReadOnlyList<int[]?>? types, PlannedBatch batch);
}
