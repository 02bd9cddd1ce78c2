namespace RctOnnx.Runtime;

/// <summary>What the threads are used for.</summary>
public enum PerformanceProfile
{
    /// <summary>Most texts a second: one worker a core, each with one thread, over one shared session.</summary>
    Throughput,

    /// <summary>
    /// Quickest single answer: all cores work on one batch at a time. On Linux, where there are as many threads as processors, each thread of a run
    /// has a processor of its own: those of the pool are bound for good, the caller's while it runs (one caller at a time, and not the
    /// process's first thread). A number of <see cref="TextClassifierOptions.Threads"/> other than that of the processors leaves all of them to the system.
    /// </summary>
    Latency,
}
