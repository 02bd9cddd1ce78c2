namespace RctOnnx.Runtime.Tokenization;

/// <summary>How a text becomes tokens. Immutable.</summary>
public sealed record EncodeOptions
{
    /// <summary>Longest sequence with special tokens; null for no limit.</summary>
    public int? MaxLength { get; init; }

    /// <summary>Which text of a pair is cut.</summary>
    public TruncationStrategy Truncation { get; init; } = TruncationStrategy.LongestFirst;

    /// <summary>
    /// Read special tokens typed in the text as such, as the reference does. Off by default: a user's text should not be able
    /// to end its own sequence.
    /// </summary>
    public bool ParseSpecialTokens { get; init; }

    /// <summary>Record where each token came from.</summary>
    public bool Offsets { get; init; }
}
