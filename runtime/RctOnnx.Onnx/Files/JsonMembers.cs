using System.Text.Json;

namespace RctOnnx.Onnx;

/// <summary>
/// The members of one JSON object, each asked for by its name; those that nobody asked for are refused at the end. Deserialising
/// by reflection takes longer in a fresh process than all other reading of a model file.
/// </summary>
internal sealed class JsonMembers
{
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 32, AllowDuplicateProperties = false };

    private readonly JsonElement _object;
    private readonly HashSet<string> _asked = [];

    /// <exception cref="JsonException">The element is no object.</exception>
    public JsonMembers(JsonElement element) => _object = element.ValueKind == JsonValueKind.Object ? element : throw new JsonException($"found {element.ValueKind}, expected an object");

    /// <summary>Parses a text.</summary>
    /// <exception cref="JsonException">It is no JSON, too deep, or has a member twice.</exception>
    public static JsonElement Parse(string text)
    {
        using JsonDocument document = JsonDocument.Parse(text, Strict);
        return document.RootElement.Clone();
    }

    /// <summary>Whether there is a member of that name.</summary>
    public bool Has(string name)
    {
        _asked.Add(name);
        return _object.TryGetProperty(name, out _);
    }

    /// <summary>A member that must be there.</summary>
    public JsonElement this[string name]
    {
        get
        {
            _asked.Add(name);
            return _object.TryGetProperty(name, out JsonElement value) ? value : throw new JsonException($"'{name}' is missing");
        }
    }

    public int Int32(string name) => this[name] is { ValueKind: JsonValueKind.Number } value && value.TryGetInt32(out int number) ? number : throw Wrong(name, "a whole number");

    public int Int32(string name, int absent) => Has(name) ? Int32(name) : absent;

    public double Double(string name) => this[name] is { ValueKind: JsonValueKind.Number } value ? value.GetDouble() : throw Wrong(name, "a number");

    public double Double(string name, double absent) => Has(name) ? Double(name) : absent;

    public bool Bool(string name) => this[name].ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Wrong(name, "true or false"),
    };

    public bool Bool(string name, bool absent) => Has(name) ? Bool(name) : absent;

    public string Text(string name) => this[name] is { ValueKind: JsonValueKind.String } value ? value.GetString()! : throw Wrong(name, "a text");

    public string Text(string name, string absent) => Has(name) ? Text(name) : absent;

    public string[] Texts(string name) => Texts(this[name]);

    public int[] Int32s(string name) => [.. Items(this[name]).Select(item => item.ValueKind == JsonValueKind.Number && item.TryGetInt32(out int number) ? number : throw Wrong(name, "whole numbers"))];

    public double[] Doubles(string name) => [.. Items(this[name]).Select(item => item.ValueKind == JsonValueKind.Number ? item.GetDouble() : throw Wrong(name, "numbers"))];

    public float[] Singles(string name) => [.. Items(this[name]).Select(item => item.ValueKind == JsonValueKind.Number ? item.GetSingle() : throw Wrong(name, "numbers"))];

    public Dictionary<string, string> Map(string name) => this[name].ValueKind != JsonValueKind.Object ? throw Wrong(name, "an object") : this[name].EnumerateObject()
        .ToDictionary(member => member.Name, member => member.Value.ValueKind == JsonValueKind.String ? member.Value.GetString()! : throw Wrong(name, "texts by name"));

    public JsonMembers Object(string name) => new(this[name]);

    /// <summary>The elements of an array of texts.</summary>
    /// <exception cref="JsonException">It is none.</exception>
    public static string[] Texts(JsonElement array) =>
        [.. Items(array).Select(item => item.ValueKind == JsonValueKind.String ? item.GetString()! : throw new JsonException($"found {item.GetRawText()}, expected a text"))];

    /// <summary>The elements of an array.</summary>
    /// <exception cref="JsonException">It is none.</exception>
    public static IEnumerable<JsonElement> Items(JsonElement array) =>
        array.ValueKind == JsonValueKind.Array ? array.EnumerateArray() : throw new JsonException($"found {array.ValueKind}, expected an array");

    /// <summary>Gives the value back once every member was asked for.</summary>
    /// <exception cref="JsonException">There is a member of another name.</exception>
    public T End<T>(T value)
    {
        foreach (JsonProperty member in _object.EnumerateObject())
            if (!_asked.Contains(member.Name)) throw new JsonException($"'{member.Name}' is not known; known are {string.Join(", ", _asked)}");
        return value;
    }

    private JsonException Wrong(string name, string expected) => new($"'{name}' is {_object.GetProperty(name).GetRawText()}, expected {expected}");
}
