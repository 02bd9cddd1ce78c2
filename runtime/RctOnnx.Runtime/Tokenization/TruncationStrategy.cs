namespace RctOnnx.Runtime.Tokenization;

/// <summary>Which text of a pair gives way when both are too long together. Pieces are cut from the end.</summary>
public enum TruncationStrategy
{
    /// <summary>The longer one, until both are equally long.</summary>
    LongestFirst,

    /// <summary>The first only.</summary>
    OnlyFirst,

    /// <summary>The second only.</summary>
    OnlySecond,
}
