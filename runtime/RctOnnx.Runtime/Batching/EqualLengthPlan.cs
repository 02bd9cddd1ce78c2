namespace RctOnnx.Runtime;

/// <summary>Batches whose rows all have the same length: nothing is padded and no mask is needed.</summary>
/// <param name="tokenBudget">Tokens of a batch; a longer row is a batch of its own.</param>
internal sealed class EqualLengthPlan(int tokenBudget) : IBatchPlan
{
    private int[] _rows = new int[64]; // of the batches that are out, one behind the other
    private int _used;
    private List<int>?[] _open = []; // by length, the rows of the batch that is being filled

    /// <inheritdoc/>
    public void Add(int row, int length, Queue<PlannedBatch> ready)
    {
        if (_open.Length <= length) Array.Resize(ref _open, length + 1);
        List<int> open = _open[length] ??= [];
        open.Add(row);
        if (open.Count >= tokenBudget / Math.Max(1, length)) Close(open, length, ready);
    }

    /// <inheritdoc/>
    public void Finish(Queue<PlannedBatch> ready)
    {
        for (int length = _open.Length - 1; length >= 0; length--)
            if (_open[length] is { Count: > 0 } open) Close(open, length, ready);
    }

    /// <inheritdoc/>
    public void Clear()
    {
        _used = 0;
        foreach (List<int>? open in _open) open?.Clear();
    }

    // Batches that are out keep the array that they were cut from, and their rows in it do not change.
    private void Close(List<int> open, int length, Queue<PlannedBatch> ready)
    {
        if (_used + open.Count > _rows.Length) Array.Resize(ref _rows, Math.Max(_used + open.Count, 2 * _rows.Length));
        open.CopyTo(_rows, _used);
        ready.Enqueue(new PlannedBatch(new ArraySegment<int>(_rows, _used, open.Count), length));
        _used += open.Count;
        open.Clear();
    }
}
