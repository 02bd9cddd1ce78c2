namespace RctOnnx.Runtime;

/// <summary>
/// Rows in, one after the other, and batches out as soon as they are complete. Every row gets into exactly one batch, and which rows are
/// together depends on nothing but the lengths and the order of all. Its memory is used again; not for several threads at once.
/// </summary>
internal interface IBatchPlan
{
    /// <summary>Takes the next row.</summary>
    /// <param name="row">Its index: 0, 1, 2 and so on.</param>
    /// <param name="length">Its tokens.</param>
    /// <param name="ready">Takes the batches that are now complete.</param>
    void Add(int row, int length, Queue<PlannedBatch> ready);

    /// <summary>There are no more rows: takes the batches that are left, the longest first, so that no worker is left with one at the end.</summary>
    void Finish(Queue<PlannedBatch> ready);

    /// <summary>Forgets all rows and keeps the memory, which ends the life of the batches.</summary>
    void Clear();
}
