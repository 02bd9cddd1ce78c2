namespace RctOnnx.Train.Vocabulary;

/// <summary>How a vocabulary is made. Immutable.</summary>
public sealed record VocabularyOptions
{
    /// <summary>Pieces, special tokens included.</summary>
    public int Size { get; init; } = 8192;

    /// <summary>Pairs that occur less often are not joined.</summary>
    public long MinFrequency { get; init; } = 2;

    /// <summary>Most different characters; words with rarer ones are left out, and become unknown later.</summary>
    public int AlphabetLimit { get; init; } = 1000;

    internal void Validate(int specialTokenCount)
    {
        List<string> faults = [];
        if (Size <= specialTokenCount) faults.Add($"size is {Size}, expected more than the {specialTokenCount} special tokens");
        if (MinFrequency < 1) faults.Add($"min-frequency is {MinFrequency}, expected at least 1");
        if (AlphabetLimit < 1) faults.Add($"alphabet-limit is {AlphabetLimit}, expected at least 1");
        if (faults.Count > 0) throw new SettingsException($"The vocabulary cannot be made: {string.Join("; ", faults)}.");
    }
}
