namespace RctOnnx.Runtime;

/// <summary>Runs a call: tokenises its items, names their rows in order, and computes the batches. Thread-safe.</summary>
/// <param name="counts">The threads.</param>
/// <param name="labelCount">Columns of an answer.</param>
/// <param name="notFinite">Says what is wrong where a logit of a row of so many tokens is no finite number.</param>
internal sealed class CallRunner(WorkerCounts counts, int labelCount, Func<int, Exception> notFinite)
{
    /// <summary>Items that one worker tokenises at a stretch: about a millisecond of work.</summary>
    public const int Stretch = 256;

    /// <summary>
    /// Prepares items and computes their batches. With the profile Throughput both happen at once: workers begin with the first batches
    /// while later items are still tokenised. Not so where an item can be refused for its tokens, since a refusal should come before
    /// computing; nor with the profile Latency, where a batch has all cores already. The batches are the same either way.
    /// </summary>
    /// <param name="call">Memory.</param>
    /// <param name="graph">What runs.</param>
    /// <param name="count">Number of items.</param>
    /// <param name="canRefuse">Whether preparing one can fail.</param>
    /// <param name="prepare">Tokenises an item; called from any thread.</param>
    /// <param name="name">Names the rows of an item; called in the order of the items.</param>
    /// <param name="token">Ends the work between batches.</param>
    /// <exception cref="TextTooLongException">An item is refused: the first one of several.</exception>
    public void Run(CallBuffers call, IBatchGraph graph, int count, bool canRefuse, Action<int> prepare, Action<int> name, CancellationToken token)
    {
        IBatchPlan plan = call.Plan(graph);
        int stretches = StretchCount(count);
        if (stretches > 1 && counts.Workers > 1 && !canRefuse)
        {
            new OverlappedWork(stretches, stretch => InStretch(stretch, count, prepare), Release, Compute, Math.Min(counts.Workers, graph.RunsAtOnce)).Run(counts.Threads, token);
            return;
        }
        InStretches(count, prepare, token);
        for (int stretch = 0; stretch < stretches; stretch++) Release(stretch, call.Ready);
        if (!call.Ready.TryDequeue(out PlannedBatch first)) return;
        if (call.Ready.Count == 0)
        {
            token.ThrowIfCancellationRequested();
            Compute(first);
            return;
        }
        PlannedBatch[] batches = [first, .. call.Ready];
        call.Ready.Clear();
        Workers.Run(batches.Length, counts.Workers, i => Compute(batches[i]), token);

        void Release(int stretch, Queue<PlannedBatch> ready)
        {
            int i = stretch * Stretch, end = Math.Min(count, i + Stretch);
            for (; i < end; i++)
            {
                int row = call.Rows.Count;
                name(i);
                for (; row < call.Rows.Count; row++) plan.Add(row, call.Rows.Length(row), ready);
            }
            if (end == count) plan.Finish(ready);
        }

        void Compute(PlannedBatch batch)
        {
            graph.Run(call.Rows, batch, call.Logits);
            foreach (int row in batch.Rows)
                if (!AreFinite(call.Logits.Slice(call.Rows.FirstAnswer(row) * labelCount, Math.Max(1, call.Rows.Reads(row).Length) * labelCount)))
                    throw notFinite(batch.Length);
        }
    }

    /// <summary>Does something for every item, on all threads.</summary>
    /// <exception cref="TextTooLongException">An item is refused: the first one of several, whatever the threads do.</exception>
    public void InStretches(int count, Action<int> work, CancellationToken token)
    {
        if (count <= Stretch)
        {
            InStretch(0, count, work); // a single text above all: nothing to share
            return;
        }
        TextTooLongException? first = null;
        Lock refusing = new();
        Workers.Run(StretchCount(count), counts.Threads, stretch =>
        {
            try
            {
                InStretch(stretch, count, work);
            }
            catch (TextTooLongException e)
            {
                lock (refusing)
                    if (first is null || e.Index < first.Index) first = e;
            }
        }, token);
        if (first is not null) throw first;
    }

    /// <summary>Looks at every item before any of them is worked on.</summary>
    /// <exception cref="TextTooLongException">One is refused; it is named by its place.</exception>
    public static void Check<T>(IReadOnlyList<T> items, Action<T> check) => Named(0, items.Count, i => check(items[i]));

    private static int StretchCount(int count) => (count + Stretch - 1) / Stretch;

    private static void InStretch(int stretch, int count, Action<int> work) => Named(stretch * Stretch, (int)Math.Min(count, (stretch + 1L) * Stretch), work);

    private static void Named(int start, int end, Action<int> work)
    {
        int i = start;
        try
        {
            for (; i < end; i++) work(i);
        }
        catch (TextTooLongException e)
        {
            throw new TextTooLongException(e.Fault, i);
        }
    }

    private static bool AreFinite(ReadOnlySpan<float> values)
    {
        foreach (float value in values)
            if (!float.IsFinite(value)) return false;
        return true;
    }
}
