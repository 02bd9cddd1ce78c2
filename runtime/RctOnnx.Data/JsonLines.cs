using System.Text.Json;

namespace RctOnnx.Data;

/// <summary>Rows of JSONL files whose properties are more than texts.</summary>
internal static class JsonLines
{
    /// <summary>Every row of a file.</summary>
    /// <param name="source">Read once.</param>
    /// <param name="read">Makes a row of an object; its exceptions of JSON are told with file and line.</param>
    /// <exception cref="DataException">The file is missing, is not UTF-8, holds no row, or a row is broken; names its line.</exception>
    public static IEnumerable<T> Read<T>(DataSource source, Func<JsonElement, long, T> read)
    {
        bool any = false;
        foreach ((long number, string line) in Utf8Lines.Read(source))
        {
            if (string.IsNullOrWhiteSpace(line)) continue;
            any = true;
            yield return Row(source.Name, number, line, read);
        }
        if (!any) throw new DataException($"'{source.Name}' holds no examples.");
    }

    /// <summary>A text.</summary>
    /// <exception cref="JsonException">The property is missing or no text.</exception>
    public static string Text(JsonElement row, string name)
    {
        JsonElement value = Property(row, name);
        return value.ValueKind == JsonValueKind.String ? value.GetString()! : throw new JsonException($"'{name}' is {value.ValueKind}, expected a text");
    }

    /// <summary>A property that must be there.</summary>
    /// <exception cref="JsonException">It is not.</exception>
    public static JsonElement Property(JsonElement row, string name) => row.TryGetProperty(name, out JsonElement value)
        ? value
        : throw new JsonException($"no property '{name}'; there are {string.Join(", ", row.EnumerateObject().Select(property => $"'{property.Name}'"))}. Name the right one");

    /// <summary>A list, or one value as a list of one; null is an empty list.</summary>
    public static IReadOnlyList<JsonElement> Items(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => [],
        JsonValueKind.Array => [.. value.EnumerateArray()],
        _ => [value],
    };

    private static JsonDocument Parse(string path, long number, string line)
    {
        try
        {
            return JsonDocument.Parse(line);
        }
        catch (JsonException e) when (!line.AsSpan().TrimStart().StartsWith('{'))
        {
            throw new DataException($"{TextRow.PlaceOf(path, number, countsRows: false)} is no JSON, but '{line[..Math.Min(line.Length, 40)]}'. Expected is JSONL: one object a line.", e);
        }
    }

    private static T Row<T>(string path, long number, string line, Func<JsonElement, long, T> read)
    {
        try
        {
            using JsonDocument document = Parse(path, number, line);
            if (document.RootElement.ValueKind != JsonValueKind.Object) throw new JsonException($"expected an object, found {document.RootElement.ValueKind}");
            return read(document.RootElement, number);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw new DataException($"{TextRow.PlaceOf(path, number, countsRows: false)}: {e.Message.TrimEnd('.')}. Mend the row.", e);
        }
    }
}
