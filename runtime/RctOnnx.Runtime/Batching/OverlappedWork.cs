using System.Runtime.ExceptionServices;

namespace RctOnnx.Runtime;

/// <summary>
/// Work in two steps over many threads: items are prepared in stretches, and batches, which come out of prepared stretches in their
/// order, are computed. A free thread takes a batch where one is ready and a stretch otherwise, so that none waits while there is
/// either. Which batches come out does not depend on the threads.
/// </summary>
/// <param name="stretches">Number of stretches.</param>
/// <param name="prepare">Prepares a stretch; called from any thread, for several at once.</param>
/// <param name="release">Told of every prepared stretch in their order, by one thread at a time: gives the batches that are now complete.</param>
/// <param name="compute">Computes a batch; called from any thread.</param>
/// <param name="computedAtOnce">How many batches may be computed at once, at least one.</param>
internal sealed class OverlappedWork(int stretches, Action<int> prepare, Action<int, Queue<PlannedBatch>> release, Action<PlannedBatch> compute, int computedAtOnce)
{
    private readonly object _lock = new();
    private readonly Queue<PlannedBatch> _ready = [];
    private readonly bool[] _prepared = new bool[stretches];
    private readonly List<Exception> _failures = [];
    private int _next, _released, _computing;

    /// <summary>Does everything. A failure ends the work and is thrown as it was; stretches that are begun are finished.</summary>
    /// <param name="threadCount">How many threads work, the calling one included.</param>
    /// <param name="token">Ends the work between two pieces of it.</param>
    public void Run(int threadCount, CancellationToken token)
    {
        // As in Workers, a helper that the pool has not begun by the time of the wait is done here, without work left.
        Task[] helpers = new Task[threadCount - 1];
        for (int i = 0; i < helpers.Length; i++) helpers[i] = Task.Run(() => Work(token), CancellationToken.None);
        Work(token);
        Task.WaitAll(helpers, CancellationToken.None);
        if (_failures.Count > 0) ExceptionDispatchInfo.Throw(_failures.Find(failure => failure is RctOnnxException) ?? _failures[0]);
    }

    private void Work(CancellationToken token)
    {
        try
        {
            while (Take() is { } work)
            {
                token.ThrowIfCancellationRequested();
                if (work.Batch is { } batch)
                {
                    compute(batch);
                    Computed();
                }
                else
                {
                    prepare(work.Stretch);
                    Prepared(work.Stretch);
                }
            }
        }
        catch (Exception e)
        {
            lock (_lock)
            {
                _failures.Add(e);
                Monitor.PulseAll(_lock);
            }
        }
    }

    // Null where nothing is left, or nothing may be begun any more.
    private (PlannedBatch? Batch, int Stretch)? Take()
    {
        lock (_lock)
        {
            while (_failures.Count == 0)
            {
                if (_ready.Count > 0 && _computing < computedAtOnce)
                {
                    _computing++;
                    return (_ready.Dequeue(), 0);
                }
                if (_next < stretches) return (null, _next++);
                if (_ready.Count == 0 && _released == stretches) return null;
                Monitor.Wait(_lock);
            }
            return null;
        }
    }

    private void Prepared(int stretch)
    {
        lock (_lock)
        {
            _prepared[stretch] = true;
            for (; _failures.Count == 0 && _released < stretches && _prepared[_released]; _released++) release(_released, _ready);
            Monitor.PulseAll(_lock);
        }
    }

    private void Computed()
    {
        lock (_lock)
        {
            _computing--;
            Monitor.PulseAll(_lock); // there is room for another batch, or this was the last and all can go
        }
    }
}
