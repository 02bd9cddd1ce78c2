using System.Runtime.InteropServices;

namespace RctOnnx.Cli.Loading;

/// <summary>
/// Settings of glibc's heap (mallopt(3)) for opening a model and for running it. Opening frees every weight once ONNX Runtime has its own form of it:
/// of blocks that are mapped one by one nothing stays behind, which is 8 MB less at the peak for six layers of width 384. Runs
/// free and take the same blocks again and again, which is fast only while the heap keeps them. By itself glibc does the second
/// after the first large block that is freed, which is too early. Other C libraries are left as they are, and so is what <c>GLIBC_TUNABLES</c> sets.
/// </summary>
internal static partial class NativeHeap
{
    private const int TrimThreshold = -1, MapThreshold = -3;
    private const int Opening = 128 << 10, Running = 32 << 20; // glibc's own bounds of the threshold

    /// <summary>What <paramref name="load"/> opens, in as little memory as it takes.</summary>
    public static T Load<T>(Func<T> load)
    {
        Set(MapThreshold, Opening);
        try
        {
            return load();
        }
        finally
        {
            Set(MapThreshold, Running);
            Set(TrimThreshold, 2 * Running);
        }
    }

    private static void Set(int parameter, int value)
    {
        if (!OperatingSystem.IsLinux() || Environment.GetEnvironmentVariable("GLIBC_TUNABLES") is not null) return;
        try
        {
            _ = Mallopt(parameter, value);
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            // musl: its allocator has no such switch.
        }
    }

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int Mallopt(int parameter, int value);
}
