using System.Text.Json;

namespace RctOnnx.Runtime;

/// <summary>Reads from ONNX Runtime's profile which provider ran how many nodes: the proof of where a model runs.</summary>
internal static class NodePlacement
{
    /// <summary>Number of node executions by provider name.</summary>
    public static IReadOnlyDictionary<string, int> Read(string profilePath)
    {
        Dictionary<string, int> counts = [];
        using JsonDocument profile = JsonDocument.Parse(File.ReadAllBytes(profilePath));
        foreach (JsonElement entry in profile.RootElement.EnumerateArray())
            if (entry.TryGetProperty("args", out JsonElement args) && args.TryGetProperty("provider", out JsonElement provider)
                && provider.GetString() is { Length: > 0 } name)
                counts[name] = counts.GetValueOrDefault(name) + 1;
        return counts;
    }
}
