using System.Globalization;

namespace RctOnnx.Bench.Latency;

/// <summary>How often the system took the processor away from the calling thread, as Linux counts it.</summary>
internal static class ThreadSwitches
{
    private const string Key = "nonvoluntary_ctxt_switches:";
    private const string Status = "/proc/thread-self/status";

    /// <summary>Whether this system tells.</summary>
    public static bool AreKnown => File.Exists(Status);

    /// <summary>Times that this thread was interrupted for another one since its start; 0 where not known.</summary>
    public static long Forced() => AreKnown
        ? long.Parse(File.ReadLines(Status).First(line => line.StartsWith(Key, StringComparison.Ordinal)).AsSpan(Key.Length).Trim(), CultureInfo.InvariantCulture)
        : 0;
}
