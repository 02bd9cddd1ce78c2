using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using RctOnnx.Onnx;

namespace RctOnnx.Bench.Peers;

/// <summary>The peers' packages, installed once into the user's folder for application data, without install scripts.</summary>
internal static class NodePackages
{
    private static readonly string Source = Path.Combine(AppContext.BaseDirectory, "Peers");

    /// <summary>Packages with their exact versions.</summary>
    public static IReadOnlyDictionary<string, string> Versions { get; } = JsonNode.Parse(Read("package.json"))!["dependencies"]!.AsObject()
        .ToDictionary(pair => pair.Key, pair => pair.Value!.GetValue<string>());

    /// <summary>Installs what is missing and returns the path of the peer's script, which stands beside its packages.</summary>
    /// <exception cref="ProviderException">npm is not there or fails.</exception>
    public static string Install()
    {
        string manifest = Read("package.json");
        string version = Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(manifest)))[..12];
        string folder = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.Create), "rctonnx-bench", version);
        string done = Path.Combine(folder, "installed");
        AtomicFile.WriteText(Path.Combine(folder, "package.json"), manifest);
        AtomicFile.WriteText(Path.Combine(folder, "peer.mjs"), Read("peer.mjs"));
        if (!File.Exists(done))
        {
            Console.Error.WriteLine($"Installing {string.Join(", ", Versions.Select(package => $"{package.Key} {package.Value}"))} into '{folder}'.");
            using Process npm = Start("npm", folder, "install", "--ignore-scripts", "--no-package-lock", "--no-audit", "--no-fund");
            string output = npm.StandardOutput.ReadToEnd();
            npm.WaitForExit();
            if (npm.ExitCode != 0) throw new ProviderException($"npm install in '{folder}' ended with exit code {npm.ExitCode}: {output.Trim()} Check the package registry.");
            AtomicFile.WriteText(done, version);
        }
        return Path.Combine(folder, "peer.mjs");
    }

    /// <summary>Starts a program of Node.js with its standard input and output redirected.</summary>
    /// <exception cref="ProviderException">It is not installed.</exception>
    public static Process Start(string program, string folder, params string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments) { WorkingDirectory = folder, RedirectStandardInput = true, RedirectStandardOutput = true };
        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new ProviderException($"'{program}' cannot be started: {e.Message}. Install Node.js 20 or later, or compare without it (--without-node).", e);
        }
    }

    private static string Read(string name) => File.ReadAllText(Path.Combine(Source, name));
}
