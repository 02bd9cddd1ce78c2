using System.Diagnostics;
using HdrHistogram;

namespace RctOnnx.Bench.Load;

/// <summary>
/// Serves arrivals in their order with a number of workers. A worker that is free waits for the next moment; one that is late
/// starts at once, and the time it is late counts as latency (no coordinated omission).
/// </summary>
internal static class OpenLoop
{
    private const int LongestMicroseconds = 600_000_000;
    private const int Digits = 3;
    private static readonly TimeSpan SpinTime = TimeSpan.FromMilliseconds(0.2); // a sleep ends late by about so much

    /// <summary>Latencies in microseconds, and the seconds until the last answer.</summary>
    public static (HistogramBase Latencies, double Seconds) Run(IReadOnlyList<TimeSpan> arrivals, int workers, Action<int> serve, CancellationToken token)
    {
        LongConcurrentHistogram latencies = new(1, LongestMicroseconds, Digits);
        int next = -1;
        long start = Stopwatch.GetTimestamp();
        Thread[] threads = [.. Enumerable.Range(0, workers).Select(_ => new Thread(Work) { IsBackground = true })];
        foreach (Thread thread in threads) thread.Start();
        foreach (Thread thread in threads) thread.Join();
        token.ThrowIfCancellationRequested();
        return (latencies, Stopwatch.GetElapsedTime(start).TotalSeconds);

        void Work()
        {
            for (int i; (i = Interlocked.Increment(ref next)) < arrivals.Count && !token.IsCancellationRequested;)
            {
                WaitUntil(start, arrivals[i]);
                serve(i);
                latencies.RecordValue(Math.Max(1, (long)(Stopwatch.GetElapsedTime(start) - arrivals[i]).TotalMicroseconds));
            }
        }
    }

    private static void WaitUntil(long start, TimeSpan moment)
    {
        TimeSpan left = moment - Stopwatch.GetElapsedTime(start);
        if (left > SpinTime) Thread.Sleep(left - SpinTime);
        while (Stopwatch.GetElapsedTime(start) < moment) Thread.SpinWait(20);
    }
}
