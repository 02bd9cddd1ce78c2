namespace RctOnnx.Train.Batching;

/// <summary>Which rows share a batch. Pure functions: the same arguments give the same plan on every machine.</summary>
public static class BatchPlan
{
    /// <summary>
    /// Rows are sorted by length within this many batches only: enough that little is padded (about 3 % for sentences), and few
    /// enough that a batch stays a random sample of its lengths.
    /// </summary>
    private const int SortedBatchCount = 50;

    /// <summary>
    /// The batches of one epoch: a permutation of the rows from seed and epoch, sorted by length within stretches, cut into
    /// batches, and the batches shuffled again. Every row stands in exactly one batch.
    /// </summary>
    /// <param name="lengths">Tokens of each row.</param>
    /// <param name="batchSize">Rows of a batch, at least one; the batch with what is left over may be smaller.</param>
    /// <param name="seed">Of the run.</param>
    /// <param name="epoch">Zero-based.</param>
    public static int[][] ForEpoch(IReadOnlyList<int> lengths, int batchSize, long seed, long epoch)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        int[] rows = [.. Enumerable.Range(0, lengths.Count)];
        SeededOrder order = new(seed, epoch);
        order.Shuffle(rows.AsSpan());
        List<int[]> batches = [];
        foreach (int[] stretch in rows.Chunk((int)Math.Min(int.MaxValue, (long)batchSize * SortedBatchCount)))
            batches.AddRange(stretch.OrderBy(row => lengths[row]).Chunk(batchSize)); // a stable sort: ties keep the shuffled order
        int[][] plan = [.. batches];
        order.Shuffle(plan.AsSpan());
        return plan;
    }

    /// <summary>
    /// The batches of an evaluation: all rows from the shortest to the longest, at most <paramref name="tokenBudget"/> tokens with
    /// padding in a batch, or one row where it alone is longer.
    /// </summary>
    public static int[][] ForEvaluation(IReadOnlyList<int> lengths, int tokenBudget)
    {
        List<int[]> batches = [];
        List<int> batch = [];
        foreach (int row in Enumerable.Range(0, lengths.Count).OrderBy(row => lengths[row]))
        {
            if (batch.Count > 0 && (long)lengths[row] * (batch.Count + 1) > tokenBudget)
            {
                batches.Add([.. batch]);
                batch.Clear();
            }
            batch.Add(row);
        }
        if (batch.Count > 0) batches.Add([.. batch]);
        return [.. batches];
    }
}
