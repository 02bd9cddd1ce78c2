namespace RctOnnx.Runtime;

/// <summary>What the threads are used for.</summary>
public enum PerformanceProfile
{
    /// <summary>Most texts a second: one worker a core, each with one thread, over one shared session.</summary>
    Throughput,

    /// <summary>Quickest single answer: all cores work on one batch at a time.</summary>
    Latency,
}
