using RctOnnx.Data;
using RctOnnx.Train.Examples;
using Xunit;

namespace RctOnnx.Train.Tests.Examples;

public class NumberMaskingTests
{
    [Theory]
    [InlineData("12.5 mg of 3 drugs, 1:1, 10,000 people (p < 0.05).", "@ mg of @ drugs, @:@, @,@ people (p < @).")]
    [InlineData("None.", "None.")]
    public void Numbers_become_signs_as_in_PubMed_RCT(string text, string expected) => Assert.Equal(expected, NumberMasking.Mask(text));

    [Fact]
    public void A_share_of_the_groups_is_masked_whole_and_follows_from_the_seed()
    {
        TextRow[] rows = [.. Enumerable.Range(0, 2000).Select(i => new TextRow { Text = $"{i} men", Group = $"g{i / 2}", Source = "a", Line = i })];
        TextRow[] masked = [.. NumberMasking.Apply(rows, 0.3, 1)];
        Assert.InRange(masked.Count(row => row.Text == "@ men"), 500, 700);
        Assert.All(masked.GroupBy(row => row.Group), group => Assert.Single(group.Select(row => row.Text == "@ men").Distinct()));
        Assert.Equal(masked, NumberMasking.Apply(rows, 0.3, 1));
        Assert.NotEqual(masked, NumberMasking.Apply(rows, 0.3, 2));
        Assert.Equal(rows, NumberMasking.Apply(rows, 0, 1));
        Assert.All(NumberMasking.Apply(rows, 1, 1), row => Assert.Equal("@ men", row.Text));
    }
}
