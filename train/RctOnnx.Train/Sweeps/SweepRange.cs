using System.Text.Json;
using System.Text.Json.Nodes;

namespace RctOnnx.Train.Sweeps;

/// <summary>The values that a setting may take in a sweep: some that are named, or all between two bounds.</summary>
internal sealed record SweepRange
{
    private sealed record Bounds(double From, double To, bool Log = false, bool Whole = false, int? Points = null);

    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow,
        RespectRequiredConstructorParameters = true,
    };

    private readonly string _name;
    private readonly JsonArray? _values;
    private readonly Bounds? _bounds;

    /// <param name="name">Of the setting.</param>
    /// <param name="node">An array of values, or <c>{"from": 1e-5, "to": 1e-3, "log": true}</c>.</param>
    /// <exception cref="SettingsException">It is neither, or the bounds are wrong.</exception>
    public SweepRange(string name, JsonNode? node)
    {
        _name = name;
        switch (node)
        {
            case JsonArray { Count: > 0 } values:
                _values = values;
                return;
            case JsonObject bounds:
                try
                {
                    _bounds = bounds.Deserialize<Bounds>(Options)!;
                }
                catch (JsonException e)
                {
                    throw new SettingsException($"The space of '{name}' cannot be read: {e.Message} Known members are from, to, log, whole and points.", e);
                }
                if (!(_bounds.From < _bounds.To) || !double.IsFinite(_bounds.To) || (_bounds.Log && _bounds.From <= 0) || _bounds.Points < 2)
                    throw new SettingsException($"The space of '{name}' goes from {_bounds.From} to {_bounds.To}{(_bounds.Log ? " by logarithm" : "")} with {_bounds.Points?.ToString() ?? "no"} points; expected rising bounds, above 0 for a logarithm, and 2 points or more.");
                return;
            default:
                throw new SettingsException($"The space of '{name}' is {node?.ToJsonString() ?? "null"}, expected an array of values or an object such as {{\"from\": 1e-5, \"to\": 1e-3, \"log\": true}}.");
        }
    }

    /// <summary>A value at a place of the range.</summary>
    /// <param name="place">0 to below 1.</param>
    public JsonNode? At(double place) => _values is null ? Between(place) : _values[(int)(place * _values.Count)]?.DeepClone();

    /// <summary>The values of a grid.</summary>
    /// <exception cref="SettingsException">Bounds without a number of points.</exception>
    public IReadOnlyList<JsonNode?> Points()
    {
        if (_values is not null) return [.. _values.Select(value => value?.DeepClone())];
        int count = _bounds!.Points ?? throw new SettingsException($"A grid needs points of '{_name}': add \"points\": 3 to its bounds, or name the values in an array.");
        return [.. Enumerable.Range(0, count).Select(i => Between((double)i / (count - 1))).DistinctBy(value => value.ToJsonString())];
    }

    private JsonNode Between(double place)
    {
        (double from, double to) = _bounds!.Log ? (Math.Log(_bounds.From), Math.Log(_bounds.To)) : (_bounds.From, _bounds.To);
        double value = from + (place * (to - from));
        if (_bounds.Log) value = Math.Exp(value);
        if (_bounds.Whole) return JsonValue.Create((long)Math.Round(value));
        return JsonValue.Create(value == 0 ? 0 : double.Parse(value.ToString("G3", System.Globalization.CultureInfo.InvariantCulture), System.Globalization.CultureInfo.InvariantCulture)); // three digits are read and typed again by people
    }
}
