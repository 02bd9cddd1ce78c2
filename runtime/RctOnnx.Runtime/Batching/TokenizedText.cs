namespace RctOnnx.Runtime;

/// <summary>Where the rows of a text are: one, or one a window, all of the same length and one after the other.</summary>
/// <param name="Start">First token of the first row.</param>
/// <param name="RowCount">Number of rows.</param>
/// <param name="RowLength">Tokens of each row with [CLS] and [SEP].</param>
/// <param name="TokenCount">Tokens of the whole text with special tokens.</param>
/// <param name="UsedTokenCount">Those that are in the rows.</param>
internal readonly record struct TokenizedText(int Start, int RowCount, int RowLength, int TokenCount, int UsedTokenCount)
{
    /// <summary>Names the rows, in their order.</summary>
    public void AddRows(TokenRows rows)
    {
        for (int row = 0; row < RowCount; row++) rows.AddRow(Start + row * RowLength, RowLength);
    }
}
