namespace RctOnnx.Runtime;

/// <summary>A text or pair as the rows that the model sees: one, or one a window.</summary>
/// <param name="Rows">Ids with [CLS] and [SEP].</param>
/// <param name="Types">Token types of a pair's only row; null for a text, where all are 0.</param>
/// <param name="TokenCount">Tokens of the whole text with special tokens.</param>
/// <param name="UsedTokenCount">Those that are in the rows.</param>
internal sealed record TokenizedText(IReadOnlyList<int[]> Rows, int[]? Types, int TokenCount, int UsedTokenCount);
