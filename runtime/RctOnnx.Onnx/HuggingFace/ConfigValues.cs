using System.Globalization;
using System.Text.Json;

namespace RctOnnx.Onnx.HuggingFace;

/// <summary>Typed access to the values of a <c>config.json</c>, with errors that name the file, the key and the value.</summary>
internal sealed class ConfigValues(JsonElement root, string path)
{
    public ModelFileException Fault(string fault) => new($"'{path}': {fault}.");

    public int Number(string key, int? fallback = null)
    {
        if (Find(key) is not { } value) return fallback ?? throw Fault($"'{key}' is missing, expected a number");
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number) ? number : throw Fault($"'{key}' is {value.GetRawText()}, expected a whole number");
    }

    public double Real(string key, double fallback)
    {
        if (Find(key) is not { } value) return fallback;
        return value.ValueKind == JsonValueKind.Number ? value.GetDouble() : throw Fault($"'{key}' is {value.GetRawText()}, expected a number");
    }

    public string? Text(string key)
    {
        if (Find(key) is not { } value) return null;
        return value.ValueKind == JsonValueKind.String ? value.GetString() : throw Fault($"'{key}' is {value.GetRawText()}, expected a text");
    }

    public T OneOf<T>(string key, Dictionary<string, T> known)
    {
        string text = Text(key) ?? throw Fault($"'{key}' is missing, expected one of {string.Join(", ", known.Keys)}");
        return known.TryGetValue(text, out T? value) ? value : throw Fault($"{key} '{text}' is not supported; supported are {string.Join(", ", known.Keys)}");
    }

    public void Refuse(string key, bool expected)
    {
        if (Find(key) is { } value && value.ValueKind != (expected ? JsonValueKind.True : JsonValueKind.False))
            throw Fault($"'{key}' is {value.GetRawText()}; supported is {(expected ? "true" : "false")}");
    }

    public string? FirstOf(string key) =>
        Find(key) is { ValueKind: JsonValueKind.Array } list && list.GetArrayLength() > 0 ? list[0].GetString() : null;

    /// <summary><c>id2label</c> as a list; the indices must be 0 to n - 1, the names distinct, and <c>label2id</c> must agree.</summary>
    public IReadOnlyList<string> Labels()
    {
        if (Find("id2label") is not { ValueKind: JsonValueKind.Object } names) return [];
        SortedDictionary<int, string> byIndex = [];
        foreach (JsonProperty entry in names.EnumerateObject())
        {
            if (!int.TryParse(entry.Name, NumberStyles.None, CultureInfo.InvariantCulture, out int index) || entry.Value.ValueKind != JsonValueKind.String
                || !byIndex.TryAdd(index, entry.Value.GetString()!))
                throw Fault($"id2label has the entry '{entry.Name}': {entry.Value.GetRawText()}, expected each number once with a name");
        }
        if (!byIndex.Keys.SequenceEqual(Enumerable.Range(0, byIndex.Count)))
            throw Fault($"id2label has the numbers {string.Join(", ", byIndex.Keys)}, expected 0 to {byIndex.Count - 1}");
        if (byIndex.Values.Distinct().Count() != byIndex.Count) throw Fault("id2label gives one name to two labels");
        if (Find("label2id") is { ValueKind: JsonValueKind.Object } ids)
            foreach (JsonProperty entry in ids.EnumerateObject())
                if (entry.Value.ValueKind != JsonValueKind.Number || !entry.Value.TryGetInt32(out int id) || byIndex.GetValueOrDefault(id) != entry.Name)
                    throw Fault($"label2id gives '{entry.Name}' the number {entry.Value.GetRawText()}, but id2label says otherwise");
        return [.. byIndex.Values];
    }

    private JsonElement? Find(string key) =>
        root.ValueKind == JsonValueKind.Object && root.TryGetProperty(key, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;
}
