namespace RctOnnx.Runtime;

/// <summary>
/// Batches of rows that are padded: those of a window of rows are sorted by their length, so that the first batches are complete before
/// the last rows are known, for little more padding than over all rows.
/// </summary>
/// <param name="window">Rows of a window.</param>
/// <param name="plan">Lengths of a window in, its batches out.</param>
internal sealed class WindowedPlan(int window, Func<int[], List<PlannedBatch>> plan) : IBatchPlan
{
    /// <summary>Enough rows for some ten full batches on a GPU, which sort well; few enough that the first start soon.</summary>
    public const int DefaultWindow = 4096;

    private readonly List<int> _lengths = [];
    private int _first;

    /// <inheritdoc/>
    public void Add(int row, int length, Queue<PlannedBatch> ready)
    {
        if (_lengths.Count == 0) _first = row;
        _lengths.Add(length);
        if (_lengths.Count == window) Finish(ready);
    }

    /// <inheritdoc/>
    public void Finish(Queue<PlannedBatch> ready)
    {
        foreach (PlannedBatch batch in plan([.. _lengths]))
        {
            Span<int> rows = batch.Rows.AsSpan();
            for (int i = 0; i < rows.Length; i++) rows[i] += _first;
            ready.Enqueue(batch);
        }
        _lengths.Clear();
    }

    /// <inheritdoc/>
    public void Clear() => _lengths.Clear();
}
