using System.Collections.Concurrent;
using Xunit;

namespace RctOnnx.Runtime.Tests.Batching;

public class OverlappedWorkTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(60);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    // A batch that stands for its number.
    private static PlannedBatch Batch(int number) => new(new ArraySegment<int>([number]), 1);

    [Theory]
    [InlineData(1, 1, 8)]
    [InlineData(7, 1, 8)]
    [InlineData(7, 4, 8)]
    [InlineData(50, 4, 2)]
    [InlineData(50, 8, 1)]
    public void Everything_is_done_once_stretches_come_in_order_and_no_more_is_computed_at_once_than_allowed(int stretches, int threads, int atOnce)
    {
        for (int round = 0; round < 20; round++)
        {
            int[] prepared = new int[stretches], computed = new int[2 * stretches];
            List<int> released = [];
            int running = 0, most = 0;
            new OverlappedWork(stretches, stretch => Interlocked.Increment(ref prepared[stretch]), (stretch, ready) =>
            {
                Assert.Equal(1, prepared[stretch]);
                released.Add(stretch);
                ready.Enqueue(Batch(2 * stretch));
                ready.Enqueue(Batch(2 * stretch + 1));
            }, batch =>
            {
                int now = Interlocked.Increment(ref running);
                for (int seen = most; now > seen; seen = most) Interlocked.CompareExchange(ref most, now, seen);
                Interlocked.Increment(ref computed[batch.Rows[0]]);
                Thread.Yield();
                Interlocked.Decrement(ref running);
            }, atOnce).Run(threads, Token);
            Assert.All(prepared.Concat(computed), times => Assert.Equal(1, times));
            Assert.Equal(Enumerable.Range(0, stretches), released);
            Assert.InRange(most, 1, Math.Min(threads, atOnce));
        }
    }

    [Fact]
    public void A_batch_is_computed_while_later_stretches_are_prepared()
    {
        using ManualResetEventSlim computed = new(false), preparing = new(false);
        bool overlapped = false;
        new OverlappedWork(2, stretch =>
        {
            if (stretch == 0) return;
            preparing.Set();
            overlapped = computed.Wait(Long, Token); // the batch of stretch 0 does not wait for this one
        }, (stretch, ready) => ready.Enqueue(Batch(stretch)), batch =>
        {
            if (batch.Rows[0] != 0) return;
            preparing.Wait(Long, Token);
            computed.Set();
        }, 2).Run(2, Token);
        Assert.True(overlapped);
    }

    [Fact]
    public void Threads_prepare_where_no_more_batches_may_be_computed()
    {
        using ManualResetEventSlim allPrepared = new(false);
        int prepared = 0;
        new OverlappedWork(20, _ =>
        {
            if (Interlocked.Increment(ref prepared) == 20) allPrepared.Set();
        }, (stretch, ready) => ready.Enqueue(Batch(stretch)), _ => Assert.True(allPrepared.Wait(Long, Token)), computedAtOnce: 1).Run(2, Token);
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(4, true)]
    [InlineData(1, false)]
    [InlineData(4, false)]
    public void A_failure_ends_the_work_and_comes_as_it_was(int threads, bool inPreparation)
    {
        DataException failure = new("the third");
        ConcurrentBag<int> done = [];
        Exception thrown = Assert.ThrowsAny<Exception>(() => new OverlappedWork(10_000, stretch => Fail(stretch, inPreparation), (stretch, ready) => ready.Enqueue(Batch(stretch)), batch => Fail(batch.Rows[0], !inPreparation), 4).Run(threads, Token));
        Assert.Same(failure, thrown);
        Assert.True(done.Count < 10_000, $"{done.Count}");

        void Fail(int number, bool fails)
        {
            if (number == 2 && fails) throw failure;
            if (fails) done.Add(number);
        }
    }

    [Fact]
    public void A_stop_ends_the_work()
    {
        using CancellationTokenSource stop = new();
        int computed = 0;
        Assert.ThrowsAny<OperationCanceledException>(() => new OverlappedWork(10_000, _ => { }, (stretch, ready) => ready.Enqueue(Batch(stretch)), batch =>
        {
            if (batch.Rows[0] == 5) stop.Cancel();
            Interlocked.Increment(ref computed);
        }, 4).Run(4, stop.Token));
        Assert.InRange(computed, 1, 9_999);
    }
}
