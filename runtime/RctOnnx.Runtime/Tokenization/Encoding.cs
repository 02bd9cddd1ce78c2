namespace RctOnnx.Runtime.Tokenization;

/// <summary>A text or a pair as a sequence of tokens, special tokens included.</summary>
public sealed record Encoding
{
    /// <summary>Token ids.</summary>
    public required int[] Ids { get; init; }

    /// <summary>0 for the first text and its special tokens, 1 for the second text and its [SEP].</summary>
    public required int[] TypeIds { get; init; }

    /// <summary>First code point of each token in its text; empty unless asked for; 0 for special tokens.</summary>
    public int[] Starts { get; init; } = [];

    /// <summary>The code point after each token in its text; empty unless asked for; 0 for special tokens.</summary>
    public int[] Ends { get; init; } = [];

    /// <summary>Tokens before truncation, special tokens included.</summary>
    public required int TokenCount { get; init; }

    /// <summary>Whether tokens were cut off.</summary>
    public bool Truncated => Ids.Length < TokenCount;
}
