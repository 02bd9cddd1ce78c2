using RctOnnx.Onnx;
using RctOnnx.Runtime.Tokenization;

namespace RctOnnx.Runtime;

/// <summary>Tokenises texts and pairs and applies the limits on characters and tokens. Thread-safe.</summary>
internal sealed class TextPreparation(WordPieceTokenizer tokenizer, TextLimits limits, bool parseSpecialTokens)
{
    private static readonly EncodeOptions Parsing = new() { ParseSpecialTokens = true };

    [ThreadStatic]
    private static PieceBuffer? _buffer;

    /// <summary>The rows of a text.</summary>
    /// <exception cref="TextTooLongException">It is over the character limit, or over the token limit under the policy of error.</exception>
    public TokenizedText Prepare(string text)
    {
        CheckCharacters(text.Length);
        ReadOnlySpan<int> pieces = Pieces(text);
        int width = limits.MaxLength - 2, tokenCount = pieces.Length + 2;
        if (pieces.Length <= width) return new TokenizedText([Row(pieces)], tokenCount, tokenCount);
        switch (limits.Policy)
        {
            case LongTextPolicy.Error:
                throw TooLong(tokenCount, "Shorten it, or choose the policy Truncate or Window.");
            case LongTextPolicy.Truncate:
                return new TokenizedText([Row(pieces[..width])], tokenCount, limits.MaxLength);
            default:
                List<int[]> rows = [];
                foreach (int start in WindowPlanner.Starts(pieces.Length, width, limits.Overlap)) rows.Add(Row(pieces.Slice(start, width)));
                return new TokenizedText(rows, tokenCount, tokenCount);
        }
    }

    /// <summary>The row of a pair: [CLS] first [SEP] second [SEP]. The longer text gives way where both are too long together.</summary>
    /// <exception cref="TextTooLongException">
    /// It is over the character limit, or over the token limit and the policy is not to truncate: windows are for single texts.
    /// </exception>
    public TokenizedText Prepare(TextPair pair)
    {
        CheckCharacters((long)pair.First.Length + pair.Second.Length);
        int[] first = [.. Pieces(pair.First)];
        ReadOnlySpan<int> second = Pieces(pair.Second);
        int tokenCount = first.Length + second.Length + 3;
        if (tokenCount > limits.MaxLength && limits.Policy != LongTextPolicy.Truncate)
            throw TooLong(tokenCount, "Shorten it, or choose the policy Truncate; windows are for single texts.");
        (int firstCount, int secondCount) = Truncation.Fit(first.Length, second.Length, limits.MaxLength - 3, TruncationStrategy.LongestFirst);
        int[] row = [tokenizer.ClsId, .. first.AsSpan(0, firstCount), tokenizer.SepId, .. second[..secondCount], tokenizer.SepId];
        int[] types = new int[row.Length];
        types.AsSpan(firstCount + 2).Fill(1);
        return new TokenizedText([row], tokenCount, row.Length) { Types = types };
    }

    // Valid until the next call on this thread.
    private ReadOnlySpan<int> Pieces(string text)
    {
        if (parseSpecialTokens) return tokenizer.Encode(text, null, Parsing).Ids.AsSpan()[1..^1];
        PieceBuffer buffer = _buffer ??= new PieceBuffer();
        buffer.Clear();
        tokenizer.AppendPieces(text, buffer);
        return buffer.Ids;
    }

    private int[] Row(ReadOnlySpan<int> pieces) => [tokenizer.ClsId, .. pieces, tokenizer.SepId];

    private void CheckCharacters(long count)
    {
        if (count > limits.MaxCharacters)
            throw new TextTooLongException($"has {count} characters, allowed are {limits.MaxCharacters}. Split it, or raise MaxCharacters.");
    }

    private TextTooLongException TooLong(int tokenCount, string remedy) =>
        new($"has {tokenCount} tokens, the limit is {limits.MaxLength}. {remedy}");
}
