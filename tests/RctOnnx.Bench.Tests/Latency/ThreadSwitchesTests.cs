using RctOnnx.Bench.Latency;
using Xunit;

namespace RctOnnx.Bench.Tests.Latency;

public class ThreadSwitchesTests
{
    [Fact]
    public void Interruptions_of_a_thread_are_counted_and_waiting_is_none()
    {
        Assert.SkipUnless(ThreadSwitches.AreKnown, "This system does not tell.");
        long before = 0, waited = 0, worked = 0;
        Thread thread = new(() =>
        {
            before = ThreadSwitches.Forced();
            for (int i = 0; i < 50; i++) Thread.Sleep(1);
            waited = ThreadSwitches.Forced();
            // More threads than processors: the system has to take them away from one another.
            using CancellationTokenSource end = new(TimeSpan.FromSeconds(20));
            Thread[] others = [.. Enumerable.Range(0, 2 * Environment.ProcessorCount).Select(_ => new Thread(() => { while (!end.IsCancellationRequested) { } }) { IsBackground = true })];
            foreach (Thread other in others) other.Start();
            while ((worked = ThreadSwitches.Forced()) == waited && !end.IsCancellationRequested) { }
            end.Cancel();
        });
        thread.Start();
        thread.Join();
        Assert.InRange(waited - before, 0, 25);
        Assert.True(worked > waited);
    }
}
