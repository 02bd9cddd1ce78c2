namespace RctOnnx.Runtime;

/// <summary>A text as the rows that the model sees: one, or one a window.</summary>
/// <param name="Rows">Ids with [CLS] and [SEP].</param>
/// <param name="TokenCount">Tokens of the whole text with special tokens.</param>
/// <param name="UsedTokenCount">Those that are in the rows.</param>
internal sealed record TokenizedText(IReadOnlyList<int[]> Rows, int TokenCount, int UsedTokenCount)
{
    /// <summary>Token types of the only row of a pair; null for a single text.</summary>
    public int[]? Types { get; init; }
}
