namespace RctOnnx.Bench.Endurance;

/// <summary>Texts of random words and random length, by a seed. Pure.</summary>
internal static class RandomTexts
{
    /// <summary>Words of the longest text.</summary>
    public const int MostWords = 200;

    private const double MeanWords = 6; // so that a million texts take minutes; most texts are short and some fill the model

    /// <summary>Texts without end, of 1 to <see cref="MostWords"/> words, the number exponential.</summary>
    /// <param name="words">From which they are drawn.</param>
    /// <param name="seed">Of the generator.</param>
    public static IEnumerable<string> Of(IReadOnlyList<string> words, int seed)
    {
        Random random = new(seed);
        while (true)
        {
            int count = Math.Min(MostWords, 1 + (int)(-MeanWords * Math.Log(1 - random.NextDouble())));
            yield return string.Join(' ', Enumerable.Range(0, count).Select(_ => words[random.Next(words.Count)]));
        }
    }
}
