using System.Runtime.InteropServices;
using RctOnnx.Runtime;

namespace RctOnnx.Train.Training;

/// <summary>
/// Settings of glibc's heap (mallopt(3)) and of libtorch's oneDNN that suit training. The heap's defaults give every large block
/// of a step back to the system and take it anew in the next one, which costs page faults: about a tenth of a step's time with
/// six layers of width 384. oneDNN compiles a product for every shape and keeps 1,024 of them; batches of a hundred different
/// widths have twice as many, so that it would compile some anew in every step (about 7, a millisecond each).
/// </summary>
internal static partial class NativeHeap
{
    private const int TrimThreshold = -1, MapThreshold = -3, ArenaMax = -8;
    private const int Gigabyte = 1 << 30;

    /// <summary>
    /// Keeps freed blocks for the next step and compiled products for the run; to be called before libtorch is loaded. Other C
    /// libraries have no such switch and are left as they are, and so is what the environment sets itself (<c>GLIBC_TUNABLES</c>,
    /// <c>ONEDNN_PRIMITIVE_CACHE_CAPACITY</c>).
    /// </summary>
    public static void Tune()
    {
        if (!OperatingSystem.IsLinux()) return;
        try
        {
            // Environment.SetEnvironmentVariable would not reach native code.
            _ = SetEnvironment("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "4096", overwrite: 0);
            if (Environment.GetEnvironmentVariable("GLIBC_TUNABLES") is not null) return;
            _ = Mallopt(MapThreshold, Gigabyte);
            _ = Mallopt(TrimThreshold, Gigabyte);
            _ = Mallopt(ArenaMax, 1); // one heap for all threads: what one of them freed serves the other
            AppContext.SetSwitch(OnnxGraphRunner.OneHeapSwitch, true);
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            // musl: its allocator has neither the habit nor the switch.
        }
    }

    /// <summary>
    /// Gives the memory of what is freed and collected back to the system: before and after an evaluation or a checkpoint, which
    /// need other blocks than a step does, so that the two do not add up, and now and then between steps, whose batches have many
    /// widths: without it the holes between their blocks grow by a gigabyte in 500 steps of 32 sentences.
    /// </summary>
    public static void GiveBack()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        if (!OperatingSystem.IsLinux()) return;
        try
        {
            _ = MallocTrim(0);
        }
        catch (EntryPointNotFoundException)
        {
            // musl, as above.
        }
    }

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int MallocTrim(nuint pad);

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int Mallopt(int parameter, int value);

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);
}
