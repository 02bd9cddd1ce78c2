using System.Diagnostics;

namespace RctOnnx.Bench.Training;

/// <summary>The high-water mark of this process's resident memory.</summary>
internal static class PeakMemory
{
    /// <summary>In bytes: VmHWM on Linux, the peak working set elsewhere.</summary>
    public static long Read()
    {
        using Process own = Process.GetCurrentProcess();
        return own.PeakWorkingSet64;
    }
}
