using System.Collections.Concurrent;
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
        if (Math.Min(count, threadCount) <= 1)
        {
            for (int i = 0; i < count; i++)
            {
                token.ThrowIfCancellationRequested();
                work(i);
            }
            return;
        }
        ParallelOptions options = new() { MaxDegreeOfParallelism = threadCount, CancellationToken = token };
        try
        {
            Parallel.ForEach(Partitioner.Create(Enumerable.Range(0, count), EnumerablePartitionerOptions.NoBuffering), options, work);
        }
        catch (AggregateException e)
        {
            IReadOnlyList<Exception> causes = e.Flatten().InnerExceptions;
            ExceptionDispatchInfo.Throw(causes.FirstOrDefault(cause => cause is RctOnnxException) ?? causes[0]);
        }
    }
}
