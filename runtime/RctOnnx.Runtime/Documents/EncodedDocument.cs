namespace RctOnnx.Runtime;

/// <summary>A document as rows of tokens.</summary>
/// <param name="Rows">In the order of the sentences; each sentence is read in one of them.</param>
/// <param name="TokenCounts">Tokens of each sentence with its [SEP], the first one with [CLS], before any cut.</param>
/// <param name="UsedTokenCounts">Those that are in the rows.</param>
public sealed record EncodedDocument(IReadOnlyList<EncodedRow> Rows, IReadOnlyList<int> TokenCounts, IReadOnlyList<int> UsedTokenCounts);
