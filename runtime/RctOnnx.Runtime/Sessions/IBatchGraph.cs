namespace RctOnnx.Runtime;

/// <summary>An open graph and the way in which rows become its batches. Thread-safe.</summary>
internal interface IBatchGraph : IDisposable
{
    /// <summary>Number of node executions by provider in a trial run; empty where none was made, which is on the CPU.</summary>
    IReadOnlyDictionary<string, int> Nodes { get; }

    /// <summary>How many batches are worth running at once; further ones would wait.</summary>
    int RunsAtOnce { get; }

    /// <summary>A plan for the batches of a call.</summary>
    IBatchPlan NewPlan();

    /// <summary>Computes the rows of a batch.</summary>
    /// <param name="rows">All rows.</param>
    /// <param name="batch">One of a plan of this graph.</param>
    /// <param name="logits">Takes the answers.</param>
    void Run(TokenRows rows, PlannedBatch batch, LogitTable logits);
}
