namespace RctOnnx.Bench.Training;

/// <summary>
/// TorchSharp's native library for the processes of BenchmarkDotNet. Their projects are generated and do not run the build step that mends it for systems with an
/// older libstdc++, so that they take the copy of the program that started them.
/// </summary>
public static class MendedLibrary
{
    private const string Variable = "RCTONNX_BENCH_LIBRARIES", Name = "libLibTorchSharp.so";

    /// <summary>Says where the mended library is, for processes that this one starts.</summary>
    public static void Offer() => Environment.SetEnvironmentVariable(Variable, AppContext.BaseDirectory);

    /// <summary>Takes it, before anything of TorchSharp is used.</summary>
    public static void Take()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { } folder || folder == AppContext.BaseDirectory) return;
        foreach (string own in Directory.EnumerateFiles(AppContext.BaseDirectory, Name, SearchOption.AllDirectories))
            File.Copy(Path.Combine(folder, Path.GetRelativePath(AppContext.BaseDirectory, own)), own, overwrite: true);
    }
}
