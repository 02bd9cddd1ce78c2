namespace RctOnnx.Runtime.Tokenization;

/// <summary>How many pieces of each text stay. Pure.</summary>
public static class Truncation
{
    /// <summary>Piece counts that fit into <paramref name="room"/> (special tokens already taken off).</summary>
    /// <exception cref="SettingsException">The text that may be cut is not long enough to make room.</exception>
    public static (int First, int Second) Fit(int first, int second, int room, TruncationStrategy strategy)
    {
        int excess = first + second - room;
        if (excess <= 0) return (first, second);
        switch (strategy)
        {
            case TruncationStrategy.OnlyFirst when first > excess:
                return (first - excess, second);
            case TruncationStrategy.OnlySecond when second > excess:
                return (first, second - excess);
            case TruncationStrategy.LongestFirst:
                // The longer gives way until both are equal, then both do; an odd room goes to the longer, or to the second.
                int shorter = Math.Min(first, second);
                int kept = 2 * shorter <= room ? shorter : room / 2;
                return first > second ? (room - kept, kept) : (kept, room - kept);
            default:
                throw new SettingsException($"{excess} tokens are too many, and the text that {strategy} may cut is not longer than that. Raise the maximum length or choose {TruncationStrategy.LongestFirst}.");
        }
    }
}
