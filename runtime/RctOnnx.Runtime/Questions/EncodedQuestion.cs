namespace RctOnnx.Runtime;

/// <summary>A question with its context as rows of tokens: <c>[CLS] question [SEP] window [SEP]</c>.</summary>
/// <param name="QuestionIds">Pieces of the question.</param>
/// <param name="ContextIds">Pieces of the context, those that are cut off left out.</param>
/// <param name="Starts">First code point of each piece in the context.</param>
/// <param name="Ends">The code point after each piece in the context.</param>
/// <param name="WindowStarts">First piece of every window.</param>
/// <param name="WindowLength">Pieces of every window.</param>
/// <param name="TokenCount">Tokens of question and context before any cut, special tokens included.</param>
public sealed record EncodedQuestion(int[] QuestionIds, int[] ContextIds, int[] Starts, int[] Ends, IReadOnlyList<int> WindowStarts, int WindowLength, int TokenCount)
{
    /// <summary>The place of a window's first piece in its row.</summary>
    public int ContextPlace => QuestionIds.Length + 2;

    /// <summary>Tokens of question and context as far as they are in rows, special tokens included.</summary>
    public int UsedTokenCount => QuestionIds.Length + ContextIds.Length + 3;

    /// <summary>Tokens of every row.</summary>
    public int RowLength => QuestionIds.Length + WindowLength + 3;

    /// <summary>The pieces of a window.</summary>
    public ReadOnlySpan<int> Window(int window) => ContextIds.AsSpan(WindowStarts[window], WindowLength);
}
