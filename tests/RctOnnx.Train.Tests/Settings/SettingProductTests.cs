using System.Text.Json.Nodes;
using RctOnnx.Train.Settings;
using Xunit;

namespace RctOnnx.Train.Tests.Settings;

public class SettingProductTests
{
    [Fact]
    public void The_last_setting_changes_fastest_and_no_settings_give_one_empty_combination()
    {
        Assert.Empty(Assert.Single(SettingProduct.Of([])));
        IEnumerable<JsonNode?> Values(params int[] values) => values.Select(value => (JsonNode?)JsonValue.Create(value));
        Assert.Equal(["a1 b3", "a1 b4", "a2 b3", "a2 b4"],
            SettingProduct.Of([("a", Values(1, 2)), ("b", Values(3, 4))]).Select(point => string.Join(" ", point.Select(pair => pair.Key + pair.Value))));
    }
}
