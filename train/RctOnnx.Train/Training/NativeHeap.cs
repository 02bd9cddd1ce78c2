using System.Runtime.InteropServices;

namespace RctOnnx.Train.Training;

/// <summary>
/// Settings of glibc's heap (mallopt(3)) that suit training. Its defaults give every large block of a step back to the system
/// and take it anew in the next one, which costs page faults: about a tenth of a step's time with six layers of width 384.
/// </summary>
internal static partial class NativeHeap
{
    private const int TrimThreshold = -1, MapThreshold = -3, ArenaMax = -8;
    private const int Gigabyte = 1 << 30;

    /// <summary>
    /// Keeps freed blocks for the next step. Other C libraries have no such switch and are left as they are, and so is a
    /// process whose environment sets the heap itself (<c>GLIBC_TUNABLES</c>).
    /// </summary>
    public static void Tune()
    {
        if (!OperatingSystem.IsLinux() || Environment.GetEnvironmentVariable("GLIBC_TUNABLES") is not null) return;
        try
        {
            _ = Mallopt(MapThreshold, Gigabyte);
            _ = Mallopt(TrimThreshold, Gigabyte);
            _ = Mallopt(ArenaMax, 1); // one heap for all threads: what one of them freed serves the other
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            // musl: its allocator has neither the habit nor the switch.
        }
    }

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int Mallopt(int parameter, int value);
}
