namespace RctOnnx.Runtime;

/// <summary>Lets calls run beside one another and has disposal wait for them.</summary>
/// <param name="owner">What is used and disposed.</param>
internal sealed class UseLock(object owner)
{
    private readonly ReaderWriterLockSlim _lock = new(LockRecursionPolicy.NoRecursion);
    private bool _disposed;

    /// <summary>Makes a call.</summary>
    /// <exception cref="ObjectDisposedException">The owner is disposed.</exception>
    public T Use<T>(Func<T> call)
    {
        _lock.EnterReadLock();
        try
        {
            ObjectDisposedException.ThrowIf(_disposed, owner);
            return call();
        }
        finally
        {
            _lock.ExitReadLock();
        }
    }

    /// <summary>Waits for running calls and frees what is owned, once.</summary>
    public void Dispose(IDisposable owned)
    {
        _lock.EnterWriteLock();
        try
        {
            if (!_disposed) owned.Dispose();
            _disposed = true;
        }
        finally
        {
            _lock.ExitWriteLock();
        }
    }
}
