namespace RctOnnx.Bench;

/// <summary>
/// Where benchmarks find their texts and models: <c>RCTONNX_DATA</c>, <c>RCTONNX_WEIGHTS</c> and <c>RCTONNX_PEERS</c>, or <c>shared/</c> beside the
/// repository.
/// </summary>
public static class BenchmarkFolders
{
    /// <summary>A file or folder of the data sets.</summary>
    public static string Data(params string[] parts) => Find("RCTONNX_DATA", "data", parts);

    /// <summary>A file or folder of the encoder weights.</summary>
    public static string Weights(params string[] parts) => Find("RCTONNX_WEIGHTS", "weights", parts);

    /// <summary>A file or folder of the peers' graphs.</summary>
    public static string Peers(params string[] parts) => Find("RCTONNX_PEERS", "peers", parts);

    private static string Find(string variable, string folder, string[] parts)
    {
        string root = Environment.GetEnvironmentVariable(variable) is { Length: > 0 } stated
            ? stated
            : Path.Combine(Repository(), "..", "shared", folder);
        string path = Path.GetFullPath(Path.Combine([root, .. parts]));
        return Path.Exists(path) ? path : throw new FileNotFoundException($"'{path}' is not there. Set {variable} to the folder that holds '{Path.Combine(parts)}'.");
    }

    // BenchmarkDotNet runs its own build from a folder below this one, so the way is up to the solution.
    private static string Repository()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "RctOnnx.sln"))) return folder.FullName;
        return Environment.CurrentDirectory;
    }
}
