using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace RctOnnx.CommandLine;

/// <summary>The one JSON object that a verb with <c>--json</c> ends its standard output with.</summary>
public static class JsonResult
{
    /// <summary>Property names in snake_case, enums by name, no line breaks, letters beyond ASCII as they are.</summary>
    public static JsonSerializerOptions Options { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DictionaryKeyPolicy = null,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    /// <summary>Writes <paramref name="result"/> as one line on standard output. Keys of dictionaries stay as they are.</summary>
    public static void Write<T>(T result) => Console.Out.WriteLine(JsonSerializer.Serialize(result, Options));
}
