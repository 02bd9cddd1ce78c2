using Xunit;

namespace RctOnnx.Runtime.Tests.Providers;

public class SingleThreadTests
{
    [Fact]
    public void Run_from_many_threads_works_on_one_thread_that_is_none_of_theirs_one_at_a_time()
    {
        using SingleThread single = new("test");
        int inside = 0, most = 0;
        HashSet<int> workers = [], callers = [];
        Parallel.For(0, 200, new ParallelOptions { MaxDegreeOfParallelism = 16 }, i =>
        {
            lock (callers) callers.Add(Environment.CurrentManagedThreadId);
            Assert.Equal(i, single.Run(() =>
            {
                most = Math.Max(most, Interlocked.Increment(ref inside));
                workers.Add(Environment.CurrentManagedThreadId);
                Interlocked.Decrement(ref inside);
                return i;
            }));
        });

        Assert.Equal(1, most);
        Assert.DoesNotContain(Assert.Single(workers), callers);
    }

    [Fact]
    public void Run_throws_what_the_work_threw_and_goes_on()
    {
        using SingleThread single = new("test");

        Assert.Equal("no", Assert.Throws<SettingsException>(() => single.Run<int>(() => throw new SettingsException("no"))).Message);
        Assert.Equal(3, single.Run(() => 3));
    }
}
