using System.Diagnostics;

namespace RctOnnx.Train.Comparison;

/// <summary>The largest memory of this process.</summary>
internal static class PeakMemory
{
    /// <summary>
    /// Starts counting anew. Only Linux can do that; elsewhere the largest of all runs so far is told. Freed memory that the heap of
    /// the process keeps from earlier runs counts in both cases.
    /// </summary>
    public static void Reset()
    {
        GC.Collect();
        if (!OperatingSystem.IsLinux()) return;
        try
        {
            File.WriteAllText("/proc/self/clear_refs", "5"); // proc(5): resets the peak resident set size
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A container that does not allow it: the peak of all runs so far.
        }
    }

    /// <summary>Bytes since <see cref="Reset"/>.</summary>
    public static long Read()
    {
        using Process self = Process.GetCurrentProcess();
        return self.PeakWorkingSet64;
    }
}
