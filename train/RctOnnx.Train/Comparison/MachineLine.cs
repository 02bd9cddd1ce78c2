using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using RctOnnx.Train.Training;

namespace RctOnnx.Train.Comparison;

/// <summary>Where figures were measured.</summary>
internal static class MachineLine
{
    /// <summary>Processor, system and versions in one line.</summary>
    public static string Text()
    {
        IEnumerable<string> versions = TrainingRecord.Versions().Where(pair => pair.Value is JsonValue).Select(pair => $"{pair.Key} {pair.Value}");
        return $"{Processor()}, {Environment.ProcessorCount} cores, {RuntimeInformation.OSDescription}; {string.Join(", ", versions)}";
    }

    private static string Processor()
    {
        const string File = "/proc/cpuinfo";
        string? line = System.IO.File.Exists(File) ? System.IO.File.ReadLines(File).FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal)) : null;
        return line is null ? RuntimeInformation.ProcessArchitecture.ToString() : line[(line.IndexOf(':') + 1)..].Trim();
    }
}
