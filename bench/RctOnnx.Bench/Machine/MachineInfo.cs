using System.Reflection;
using BenchmarkDotNet.Environments;
using Microsoft.ML.OnnxRuntime;
using RctOnnx.Runtime;

namespace RctOnnx.Bench.Machine;

/// <summary>What a figure depends on besides the code.</summary>
internal static class MachineInfo
{
    private static readonly string[] MatrixInstructions = ["avx2", "avx_vnni", "avx512f", "avx512_vnni", "avx512_bf16", "amx_int8", "asimddp", "i8mm"];

    /// <summary>Processor, system, .NET and ONNX Runtime, a line each; <paramref name="packages"/> are further ones with their versions.</summary>
    public static IReadOnlyList<string> Lines(IReadOnlyList<KeyValuePair<string, string>> packages) =>
    [
        .. HostEnvironmentInfo.GetCurrent().ToFormattedString().Select(line => line.Trim()).Where(line => line.Length > 0),
        $"Matrix instructions: {Instructions()}",
        $"Versions: RctOnnx {Version(typeof(TextClassifier).Assembly)}, Microsoft.ML.OnnxRuntime {OrtEnv.Instance().GetVersionString()}{string.Concat(packages.Select(package => $", {package.Key} {package.Value}"))}",
        $"Command: dotnet run -c Release --project bench/RctOnnx.Bench -- {string.Join(' ', Environment.GetCommandLineArgs().Skip(1).Select(ShortPath))}",
    ];

    /// <summary>The package of a type, by its assembly, with its version.</summary>
    public static KeyValuePair<string, string> Package(Type type)
    {
        Assembly assembly = type.Assembly;
        return new(assembly.GetName().Name!, Version(assembly).Split('+')[0]);
    }

    // The revision stands behind a plus sign.
    private static string Version(Assembly assembly) =>
        assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "of unknown version";

    private static string Instructions()
    {
        const string Source = "/proc/cpuinfo";
        if (!File.Exists(Source)) return "not known";
        HashSet<string> flags = [.. File.ReadLines(Source).Where(line => line.StartsWith("flags", StringComparison.Ordinal) || line.StartsWith("Features", StringComparison.Ordinal)).SelectMany(line => line.Split(' '))];
        return string.Join(", ", MatrixInstructions.Where(flags.Contains));
    }

    // Folders of one machine say nothing to a reader of another.
    private static string ShortPath(string argument) => Path.IsPathRooted(argument) ? Path.GetFileName(argument) : argument;
}
