using RctOnnx.Bench.Endurance;
using Xunit;

namespace RctOnnx.Bench.Tests.Endurance;

public class RandomTextsTests
{
    [Fact]
    public void Lengths_are_exponential_up_to_the_limit_and_the_seed_decides_all()
    {
        string[] texts = [.. RandomTexts.Of(["one", "two", "three"], seed: 1).Take(20_000)];
        int[] lengths = [.. texts.Select(text => text.Split(' ').Length)];
        Assert.Equal(texts.Take(100), RandomTexts.Of(["one", "two", "three"], seed: 1).Take(100));
        Assert.NotEqual(texts.Take(100), RandomTexts.Of(["one", "two", "three"], seed: 2).Take(100));
        Assert.InRange(lengths.Average(), 6, 7);
        Assert.Equal(1, lengths.Min());
        Assert.InRange(lengths.Max(), 40, RandomTexts.MostWords);
        Assert.InRange(lengths.Count(length => length > 12) / 20_000.0, 0.11, 0.16); // e to the power of -2
    }
}
