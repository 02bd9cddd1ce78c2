using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace RctOnnx.Train.Settings;

/// <summary>Settings as JSON: names in snake_case, unknown names refused.</summary>
public static class SettingsJson
{
    /// <summary>Names in snake_case, unknown ones refused.</summary>
    internal static readonly JsonSerializerOptions Options = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false) },
    };

    // Where things lie, how often the run saves itself, and what it keeps in memory: none of it changes a number.
    private static readonly string[] NeutralNames = [.. new[]
        { nameof(TrainSettings.Base), nameof(TrainSettings.Train), nameof(TrainSettings.Dev), nameof(TrainSettings.Test), nameof(TrainSettings.Output), nameof(TrainSettings.CheckpointEvery), nameof(TrainSettings.GradientCheckpointing) }
        .Select(JsonNamingPolicy.SnakeCaseLower.ConvertName)];

    /// <summary>The object in a file.</summary>
    /// <exception cref="SettingsException">The file is missing, unreadable, or not one JSON object.</exception>
    public static JsonObject ReadObject(string path)
    {
        try
        {
            return JsonNode.Parse(File.ReadAllBytes(path)) as JsonObject
                ?? throw new SettingsException($"The settings file '{path}' is not a JSON object such as {{\"epochs\": 2}}.");
        }
        catch (JsonException e)
        {
            throw new SettingsException($"The settings file '{path}' is not valid JSON: {e.Message}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SettingsException($"The settings file '{path}' cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Settings from their object; what it does not name has its default.</summary>
    /// <exception cref="SettingsException">A name is not known or a value has the wrong type.</exception>
    public static TrainSettings Parse(JsonObject values)
    {
        try
        {
            return values.Deserialize<TrainSettings>(Options)!;
        }
        catch (JsonException e)
        {
            string known = string.Join(", ", ToObject(new TrainSettings()).Select(pair => pair.Key));
            throw new SettingsException($"The settings cannot be read at '{e.Path}': {e.Message} Known names are {known}.", e);
        }
    }

    /// <summary>All settings with their values.</summary>
    public static JsonObject ToObject(TrainSettings settings) => JsonSerializer.SerializeToNode(settings, Options)!.AsObject();

    /// <summary>The name of a value of a setting.</summary>
    public static string NameOf<T>(T value) where T : struct, Enum => JsonSerializer.SerializeToNode(value, Options)!.GetValue<string>();

    /// <summary>All settings as indented text.</summary>
    public static string ToText(TrainSettings settings) => JsonSerializer.Serialize(settings, Options);

    /// <summary>
    /// SHA-256 over the settings that decide about the numbers of a run. Paths are left out: the data has a hash of its own, and
    /// a checkpoint brings its weights. Settings at their default are left out too: a build that knows one more resumes the run.
    /// </summary>
    public static string Hash(TrainSettings settings)
    {
        JsonObject values = ToObject(settings), defaults = ToObject(new TrainSettings());
        string[] same = [.. values.Where(pair => NeutralNames.Contains(pair.Key) || JsonNode.DeepEquals(pair.Value, defaults[pair.Key])).Select(pair => pair.Key)];
        foreach (string name in same) values.Remove(name);
        // Named or not, the metric is the same one.
        if (settings.BestMetric == (settings with { BestMetric = null }).Watched) values.Remove(JsonNamingPolicy.SnakeCaseLower.ConvertName(nameof(TrainSettings.BestMetric)));
        return Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(values)));
    }
}
