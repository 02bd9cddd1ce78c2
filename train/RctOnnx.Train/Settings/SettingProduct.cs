using System.Text.Json.Nodes;

namespace RctOnnx.Train.Settings;

/// <summary>Every combination of values of some settings.</summary>
internal static class SettingProduct
{
    /// <summary>Combinations in the order of the settings, the last one changing fastest; one without values where there are no settings.</summary>
    /// <param name="settings">Names and values.</param>
    public static IEnumerable<KeyValuePair<string, JsonNode?>[]> Of(IEnumerable<(string Name, IEnumerable<JsonNode?> Values)> settings)
    {
        IEnumerable<KeyValuePair<string, JsonNode?>[]> points = [[]];
        foreach ((string name, IEnumerable<JsonNode?> values) in settings)
            points = points.SelectMany(point => values.Select(value => (KeyValuePair<string, JsonNode?>[])[.. point, KeyValuePair.Create(name, value)]));
        return points;
    }
}
