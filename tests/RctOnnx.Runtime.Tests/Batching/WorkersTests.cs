using System.Collections.Concurrent;
using Xunit;

namespace RctOnnx.Runtime.Tests.Batching;

public class WorkersTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0, 4)]
    [InlineData(1, 4)]
    [InlineData(100, 1)]
    [InlineData(100, 4)]
    [InlineData(3, 64)]
    public void Every_item_is_done_once_and_no_more_at_a_time_than_there_are_threads(int count, int threads)
    {
        int[] done = new int[count];
        int running = 0, most = 0;
        Workers.Run(count, threads, i =>
        {
            int now = Interlocked.Increment(ref running);
            for (int seen = most; now > seen; seen = most) Interlocked.CompareExchange(ref most, now, seen);
            Interlocked.Increment(ref done[i]);
            Thread.Yield();
            Interlocked.Decrement(ref running);
        }, Token);
        Assert.All(done, times => Assert.Equal(1, times));
        Assert.InRange(most, Math.Min(count, 1), threads);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Items_are_begun_in_their_order(int threads)
    {
        ConcurrentQueue<int> begun = new();
        Workers.Run(200, threads, begun.Enqueue, Token);
        // A thread that has taken an item can be overtaken before it notes it, by as many as there are other threads at work.
        int[] order = [.. begun];
        if (threads == 1) Assert.Equal(Enumerable.Range(0, 200), order);
        else Assert.True(order.Take(20).Average() < 60, string.Join(' ', order.Take(20)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void A_failure_ends_the_work_and_comes_as_it_was(int threads)
    {
        int begun = 0;
        DataException failure = new("the third item");
        Exception thrown = Assert.ThrowsAny<Exception>(() => Workers.Run(100_000, threads, i =>
        {
            Interlocked.Increment(ref begun);
            if (i == 2) throw failure;
        }, Token));
        Assert.Same(failure, thrown);
        Assert.InRange(begun, 1, 99_999);
    }

    [Fact]
    public void Of_several_failures_the_one_that_a_user_can_mend_is_thrown()
    {
        using Barrier both = new(2);
        Exception thrown = Assert.ThrowsAny<Exception>(() => Workers.Run(2, 2, i =>
        {
            both.SignalAndWait(TimeSpan.FromSeconds(30), Token);
            if (i == 0) throw new InvalidOperationException("a consequence");
            throw new DataException("the cause");
        }, Token));
        Assert.Equal("the cause", thrown.Message);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void A_stop_ends_the_work_between_items(int threads)
    {
        using CancellationTokenSource stop = new();
        int done = 0;
        Assert.ThrowsAny<OperationCanceledException>(() => Workers.Run(100_000, threads, i =>
        {
            if (i == 5) stop.Cancel();
            Interlocked.Increment(ref done);
        }, stop.Token));
        Assert.InRange(done, 1, 99_999);
    }
}
