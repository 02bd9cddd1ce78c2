using System.Runtime.CompilerServices;
using Xunit;

namespace RctOnnx.Testing;

/// <summary>
/// Where reference outputs, data and encoder weights lie: the environment variables RCTONNX_GOLDEN, RCTONNX_DATA,
/// RCTONNX_WEIGHTS and RCTONNX_PEERS, or <c>../shared/…</c> beside the repository.
/// </summary>
public static class SharedFolders
{
    /// <summary>Reference outputs.</summary>
    public static string Golden(params string[] parts) => Find("RCTONNX_GOLDEN", "golden", parts);

    /// <summary>Real data.</summary>
    public static string Data(params string[] parts) => Find("RCTONNX_DATA", "data", parts);

    /// <summary>Real encoders.</summary>
    public static string Weights(params string[] parts) => Find("RCTONNX_WEIGHTS", "weights", parts);

    /// <summary>Graphs of other products.</summary>
    public static string Peers(params string[] parts) => Find("RCTONNX_PEERS", "peers", parts);

    /// <summary>The folder that holds RctOnnx.sln.</summary>
    public static string RepositoryRoot { get; } = FindRoot();

    /// <summary>Whether a missing folder is a failure rather than a reason to skip.</summary>
    public static bool Required => Environment.GetEnvironmentVariable("CI") == "true";

    private static string Find(string variable, string name, string[] parts)
    {
        string folder = Environment.GetEnvironmentVariable(variable) is { Length: > 0 } set
            ? Path.GetFullPath(set, RepositoryRoot)
            : Path.GetFullPath(Path.Combine(RepositoryRoot, "..", "shared", name));
        if (!Directory.Exists(folder))
        {
            string message = $"'{folder}' is not there: set {variable} to run this test.";
            if (Required) Assert.Fail(message);
            Assert.Skip(message);
        }
        return Path.Combine([folder, .. parts]);
    }

    private static string FindRoot([CallerFilePath] string thisFile = "")
    {
        for (string? folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
            if (File.Exists(Path.Combine(folder, "RctOnnx.sln"))) return folder;
        return Path.GetFullPath(Path.Combine(Path.GetDirectoryName(thisFile)!, "..", ".."));
    }
}
