using RctOnnx.Train.Batching;

namespace RctOnnx.Train.MultiTask;

/// <summary>
/// Which batches of which tasks an epoch has, and in which order. A batch has rows of one task. The shares of the tasks hold in every epoch and
/// not only on average; a task that gives fewer batches than it has goes on in the next epoch where it stopped, one that gives more begins again,
/// in another order. Pure: an epoch follows from the seed and its number, so that a run can be resumed anywhere.
/// </summary>
internal sealed class TaskBatches
{
    private readonly IReadOnlyList<IReadOnlyList<int>> _lengths;
    private readonly TaskSampling _sampling;
    private readonly double _temperature;

    /// <param name="lengths">Tokens of every row of every task.</param>
    /// <param name="sampling">How often each gives a batch.</param>
    /// <param name="temperature">T of <see cref="TaskSampling.Temperature"/>.</param>
    public TaskBatches(IReadOnlyList<IReadOnlyList<int>> lengths, TaskSampling sampling, double temperature) => (_lengths, _sampling, _temperature) = (lengths, sampling, temperature);

    /// <summary>Batches that each task gives in an epoch: together about as many as all of them have.</summary>
    /// <param name="batchSize">Rows of a batch.</param>
    public int[] Counts(int batchSize)
    {
        int[] own = [.. _lengths.Select(rows => (rows.Count + batchSize - 1) / batchSize)];
        int all = own.Sum();
        return _sampling switch
        {
            TaskSampling.Size => own,
            TaskSampling.Turn => [.. own.Select(_ => (all + own.Length - 1) / own.Length)],
            _ => Apportioned(all, [.. _lengths.Select(rows => Math.Pow(rows.Count, 1 / _temperature))]),
        };
    }

    /// <summary>The batches of an epoch, each with the index of its task.</summary>
    /// <param name="batchSize">Rows of a batch.</param>
    /// <param name="seed">Of the run.</param>
    /// <param name="epoch">Zero-based.</param>
    public (int Task, int[] Rows)[] ForEpoch(int batchSize, long seed, int epoch)
    {
        int[] counts = Counts(batchSize);
        Queue<int[]>[] batches = [.. counts.Select((count, task) => new Queue<int[]>(Stream(task, batchSize, seed, (long)epoch * count, count)))];
        return [.. Order(counts, seed, epoch).Select(task => (task, batches[task].Dequeue()))];
    }

    private int[] Order(int[] counts, long seed, int epoch)
    {
        if (_sampling == TaskSampling.Turn) return [.. Enumerable.Range(0, counts.Sum()).Select(i => i % counts.Length)];
        int[] order = [.. counts.SelectMany((count, task) => Enumerable.Repeat(task, count))];
        new SeededOrder(seed, -1 - (long)epoch).Shuffle(order.AsSpan());
        return order;
    }

    // A task's batches without end: one pass over its rows after the other, each in its own order.
    private IEnumerable<int[]> Stream(int task, int batchSize, long seed, long first, int count)
    {
        int[][] pass = [];
        long passes = (_lengths[task].Count + batchSize - 1) / batchSize, known = -1;
        for (long place = first; place < first + count; place++)
        {
            if (place / passes != known) pass = BatchPlan.ForEpoch(_lengths[task], batchSize, unchecked(seed + task), known = place / passes);
            yield return pass[place % passes];
        }
    }

    // The largest remainders are rounded up; every task gives one batch at least.
    private static int[] Apportioned(int all, double[] weights)
    {
        double sum = weights.Sum();
        double[] exact = [.. weights.Select(weight => all * weight / sum)];
        int[] counts = [.. exact.Select(share => Math.Max(1, (int)share))];
        int[] byRemainder = [.. Enumerable.Range(0, counts.Length).OrderByDescending(i => exact[i] - counts[i])];
        for (int i = 0; counts.Sum() < all; i++) counts[byRemainder[i % byRemainder.Length]]++;
        return counts;
    }
}
