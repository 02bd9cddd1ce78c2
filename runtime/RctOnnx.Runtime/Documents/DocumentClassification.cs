namespace RctOnnx.Runtime;

/// <summary>The answer for a document. Immutable.</summary>
/// <param name="Sentences">An answer a sentence, in their order.</param>
/// <param name="RowCount">Rows that the document was read in; 1 where it fits into one, the number of sentences where a model reads each alone.</param>
public sealed record DocumentClassification(IReadOnlyList<Classification> Sentences, int RowCount);
