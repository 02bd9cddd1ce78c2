using System.Runtime.ExceptionServices;

namespace RctOnnx.Runtime;

/// <summary>Spreads work over threads.</summary>
internal static class Workers
{
    /// <summary>
    /// Does every item once; a free thread takes the next one, so that items are begun in their order. A failure ends the
    /// work and is thrown as it was.
    /// </summary>
    /// <param name="count">Number of items.</param>
    /// <param name="threadCount">How many may run at once.</param>
    /// <param name="work">Does the item of an index.</param>
    /// <param name="token">Ends the work between two items.</param>
    public static void Run(int count, int threadCount, Action<int> work, CancellationToken token)
    {
        int threads = Math.Min(count, threadCount);
        if (threads <= 1)
        {
            for (int i = 0; i < count; i++)
            {
                token.ThrowIfCancellationRequested();
                work(i);
            }
            return;
        }
        int next = 0;
        List<Exception> failures = [];
        // The calling thread works too; a helper that the pool has not begun by the time of the wait is done here, without work left.
        Task[] helpers = new Task[threads - 1];
        for (int i = 0; i < helpers.Length; i++) helpers[i] = Task.Run(Work, CancellationToken.None);
        Work();
        Task.WaitAll(helpers, CancellationToken.None);
        if (failures.Count > 0) ExceptionDispatchInfo.Throw(failures.Find(failure => failure is RctOnnxException) ?? failures[0]);

        void Work()
        {
            try
            {
                for (int i; (i = Interlocked.Increment(ref next) - 1) < count;)
                {
                    token.ThrowIfCancellationRequested();
                    work(i);
                }
            }
            catch (Exception e)
            {
                Volatile.Write(ref next, count);
                lock (failures) failures.Add(e);
            }
        }
    }
}
