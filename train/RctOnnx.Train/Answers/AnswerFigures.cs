using System.Text.Json.Nodes;
using RctOnnx.Train.Settings;

namespace RctOnnx.Train.Answers;

/// <summary>How good the answers to a set are.</summary>
/// <param name="Count">Questions.</param>
/// <param name="Loss">Mean loss.</param>
/// <param name="Values">Figures by name.</param>
internal sealed record AnswerFigures(long Count, double Loss, IReadOnlyDictionary<MetricName, double> Values)
{
    /// <summary>The value of a metric of the task.</summary>
    public double this[MetricName name] => name == MetricName.Loss ? Loss : Values[name];

    /// <summary>For programs.</summary>
    public JsonObject ToJson() => new([KeyValuePair.Create("count", (JsonNode?)Count), KeyValuePair.Create("loss", (JsonNode?)Loss), .. Values.Select(pair => KeyValuePair.Create(NameOf(pair.Key), (JsonNode?)pair.Value))]);

    /// <summary>For people.</summary>
    public override string ToString() => string.Join(", ", Values.Select(pair => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{NameOf(pair.Key)} {100 * pair.Value:F2}")));

    private static string NameOf(MetricName name) => SettingsJson.NameOf(name);
}
