using RctOnnx.Onnx;
using RctOnnx.Runtime.Tokenization;

namespace RctOnnx.Runtime;

/// <summary>Tokenises texts and applies the limits on characters and tokens. Thread-safe.</summary>
internal sealed class TextPreparation(WordPieceTokenizer tokenizer, int maxLength, LongTextPolicy policy, int overlap, int maxCharacters)
{
    [ThreadStatic]
    private static PieceBuffer? _buffer;

    /// <summary>The rows of a text or pair.</summary>
    /// <param name="input">What is asked.</param>
    /// <param name="index">Where it stands in the call, for messages.</param>
    /// <exception cref="TextTooLongException">It is over the character limit, or over the token limit under the policy of error.</exception>
    public TokenizedText Prepare(ClassifierInput input, int index)
    {
        long characters = input.Text.Length + (long)(input.Second?.Length ?? 0);
        if (characters > maxCharacters)
            throw new TextTooLongException(index, $"A text has {characters} characters, allowed are {maxCharacters}. Split it, or raise MaxCharacters.");
        return input.Second is null ? Single(input.Text, index) : Pair(input.Text, input.Second, index);
    }

    private TokenizedText Single(string text, int index)
    {
        PieceBuffer buffer = _buffer ??= new PieceBuffer();
        buffer.Clear();
        tokenizer.AppendPieces(text, buffer);
        ReadOnlySpan<int> pieces = buffer.Ids;
        int width = maxLength - 2, tokenCount = pieces.Length + 2;
        if (pieces.Length <= width) return new TokenizedText([Row(pieces)], null, tokenCount, tokenCount);
        switch (policy)
        {
            case LongTextPolicy.Error:
                throw TooLong(tokenCount, index, "Shorten it, or choose the policy Truncate or Window.");
            case LongTextPolicy.Truncate:
                return new TokenizedText([Row(pieces[..width])], null, tokenCount, maxLength);
            default:
                List<int[]> rows = [];
                foreach (int start in WindowPlanner.Starts(pieces.Length, width, overlap)) rows.Add(Row(pieces.Slice(start, width)));
                return new TokenizedText(rows, null, tokenCount, tokenCount);
        }
    }

    private TokenizedText Pair(string first, string second, int index)
    {
        Encoding encoding = tokenizer.Encode(first, second, new EncodeOptions { MaxLength = maxLength });
        if (encoding.Truncated && policy != LongTextPolicy.Truncate)
            throw TooLong(encoding.TokenCount, index, "Shorten it, or choose the policy Truncate; pairs have no windows.");
        return new TokenizedText([encoding.Ids], encoding.TypeIds, encoding.TokenCount, encoding.Ids.Length);
    }

    private TextTooLongException TooLong(int tokenCount, int index, string remedy) =>
        new(index, $"A text has {tokenCount} tokens, the limit is {maxLength}. {remedy}");

    private int[] Row(ReadOnlySpan<int> pieces) => [tokenizer.ClsId, .. pieces, tokenizer.SepId];
}
