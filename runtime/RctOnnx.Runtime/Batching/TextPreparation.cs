using RctOnnx.Onnx;
using RctOnnx.Runtime.Tokenization;

namespace RctOnnx.Runtime;

/// <summary>Tokenises texts and applies the limits on characters and tokens. Thread-safe.</summary>
internal sealed class TextPreparation(WordPieceTokenizer tokenizer, int maxLength, LongTextPolicy policy, int overlap, int maxCharacters)
{
    [ThreadStatic]
    private static PieceBuffer? _buffer;

    /// <summary>The rows of a text.</summary>
    /// <exception cref="TextTooLongException">It is over the character limit, or over the token limit under the policy of error.</exception>
    public TokenizedText Prepare(string text)
    {
        if (text.Length > maxCharacters)
            throw new TextTooLongException($"A text has {text.Length} characters, allowed are {maxCharacters}. Split it, or raise MaxCharacters.");
        PieceBuffer buffer = _buffer ??= new PieceBuffer();
        buffer.Clear();
        tokenizer.AppendPieces(text, buffer);
        ReadOnlySpan<int> pieces = buffer.Ids;
        int width = maxLength - 2, tokenCount = pieces.Length + 2;
        if (pieces.Length <= width) return new TokenizedText([Row(pieces)], tokenCount, tokenCount);
        switch (policy)
        {
            case LongTextPolicy.Error:
                throw new TextTooLongException($"A text has {tokenCount} tokens, the limit is {maxLength}. Shorten it, or choose the policy Truncate or Window.");
            case LongTextPolicy.Truncate:
                return new TokenizedText([Row(pieces[..width])], tokenCount, maxLength);
            default:
                List<int[]> rows = [];
                foreach (int start in WindowPlanner.Starts(pieces.Length, width, overlap)) rows.Add(Row(pieces.Slice(start, width)));
                return new TokenizedText(rows, tokenCount, tokenCount);
        }
    }

    private int[] Row(ReadOnlySpan<int> pieces) => [tokenizer.ClsId, .. pieces, tokenizer.SepId];
}
