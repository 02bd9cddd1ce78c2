using System.Runtime.ExceptionServices;

namespace RctOnnx.Runtime;

/// <summary>
/// Hands items from one reader to one taker: the taker gets all that is there at once, so that chunks are large where items
/// come fast and an item that comes alone does not wait. Holds one chunk at most; the reader waits while it is full.
/// </summary>
/// <param name="maxCount">Items of a chunk.</param>
/// <param name="maxSize">Size of a chunk; a larger item is a chunk of its own.</param>
/// <param name="size">Size of an item.</param>
internal sealed class ChunkBuffer<T>(int maxCount, long maxSize, Func<T, long> size) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _changed = new(0, 1), _taken = new(0, 1);
    private List<T> _pending = [];
    private long _pendingSize;
    private bool _completed;
    private Exception? _failure;

    /// <summary>Adds an item, waiting for room.</summary>
    public async ValueTask AddAsync(T item, CancellationToken token)
    {
        while (!TryAdd(item)) await _taken.WaitAsync(token).ConfigureAwait(false);
    }

    /// <summary>Adds an item, blocking until there is room.</summary>
    public void Add(T item, CancellationToken token)
    {
        while (!TryAdd(item)) _taken.Wait(token);
    }

    /// <summary>No more items come; a failure reaches the taker after the items that came before it.</summary>
    public void Complete(Exception? failure = null)
    {
        lock (_lock)
        {
            (_completed, _failure) = (true, failure);
            Signal(_changed);
        }
    }

    /// <summary>The items that are there, at least one; null after the last.</summary>
    public async ValueTask<IReadOnlyList<T>?> TakeAsync(CancellationToken token)
    {
        IReadOnlyList<T>? chunk;
        while (!TryTake(out chunk)) await _changed.WaitAsync(token).ConfigureAwait(false);
        return chunk;
    }

    /// <summary>The items that are there, at least one, blocking until there are; null after the last.</summary>
    public IReadOnlyList<T>? Take(CancellationToken token)
    {
        IReadOnlyList<T>? chunk;
        while (!TryTake(out chunk)) _changed.Wait(token);
        return chunk;
    }

    public void Dispose()
    {
        _changed.Dispose();
        _taken.Dispose();
    }

    private bool TryAdd(T item)
    {
        long itemSize = size(item);
        lock (_lock)
        {
            if (_pending.Count > 0 && (_pending.Count == maxCount || _pendingSize + itemSize > maxSize)) return false;
            _pending.Add(item);
            _pendingSize += itemSize;
            Signal(_changed);
            return true;
        }
    }

    private bool TryTake(out IReadOnlyList<T>? chunk)
    {
        lock (_lock)
        {
            chunk = null;
            if (_pending.Count > 0)
            {
                chunk = _pending;
                (_pending, _pendingSize) = ([], 0);
                Signal(_taken);
                return true;
            }
            if (_completed && _failure is not null) ExceptionDispatchInfo.Throw(_failure);
            return _completed;
        }
    }

    private static void Signal(SemaphoreSlim signal)
    {
        if (signal.CurrentCount == 0) signal.Release();
    }
}
