using RctOnnx.Onnx;
using RctOnnx.Runtime.Tokenization;

namespace RctOnnx.Runtime;

/// <summary>Tokenises texts and pairs and applies the limits on characters and tokens. Thread-safe.</summary>
internal sealed class TextPreparation(WordPieceTokenizer tokenizer, TextLimits limits, bool parseSpecialTokens)
{
    private static readonly EncodeOptions Parsing = new() { ParseSpecialTokens = true };

    [ThreadStatic]
    private static PieceBuffer? _first, _second;

    /// <summary>Writes the rows of a text.</summary>
    /// <exception cref="TextTooLongException">It is over the character limit, or over the token limit under the policy of error.</exception>
    public TokenizedText Prepare(string text, TokenRows target)
    {
        Check(text);
        ReadOnlySpan<int> pieces = Pieces(text, ref _first);
        int width = limits.MaxLength - 2, tokenCount = pieces.Length + 2;
        if (pieces.Length <= width) return new TokenizedText(Write(pieces), 1, tokenCount, tokenCount, tokenCount);
        switch (limits.Policy)
        {
            case LongTextPolicy.Error:
                throw TooLong(tokenCount, "Shorten it, or choose the policy Truncate or Window.");
            case LongTextPolicy.Truncate:
                return new TokenizedText(Write(pieces[..width]), 1, limits.MaxLength, tokenCount, limits.MaxLength);
            default:
                List<int> starts = WindowPlanner.Starts(pieces.Length, width, limits.Overlap);
                return new TokenizedText(target.WriteWindows(tokenizer.ClsId, pieces, tokenizer.SepId, starts, width), starts.Count, limits.MaxLength, tokenCount, tokenCount);
        }

        int Write(ReadOnlySpan<int> row) => target.Write(tokenizer.ClsId, row, tokenizer.SepId);
    }

    /// <summary>Writes the row of a pair: [CLS] first [SEP] second [SEP]. The longer text gives way where both are too long together.</summary>
    /// <exception cref="TextTooLongException">
    /// It is over the character limit, or over the token limit and the policy is not to truncate: windows are for single texts.
    /// </exception>
    public TokenizedText Prepare(TextPair pair, TokenRows target)
    {
        Check(pair);
        ReadOnlySpan<int> first = Pieces(pair.First, ref _first), second = Pieces(pair.Second, ref _second);
        int tokenCount = first.Length + second.Length + 3;
        if (tokenCount > limits.MaxLength && limits.Policy != LongTextPolicy.Truncate)
            throw TooLong(tokenCount, "Shorten it, or choose the policy Truncate; windows are for single texts.");
        (int firstCount, int secondCount) = Truncation.Fit(first.Length, second.Length, limits.MaxLength - 3, TruncationStrategy.LongestFirst);
        int length = firstCount + secondCount + 3;
        return new TokenizedText(target.Write(tokenizer.ClsId, first[..firstCount], tokenizer.SepId, second[..secondCount]), 1, length, tokenCount, length);
    }

    /// <summary>Refuses a text with more characters than are looked at.</summary>
    /// <exception cref="TextTooLongException">It is over the limit.</exception>
    public void Check(string text) => CheckCharacters(text.Length);

    /// <summary>Refuses a pair with more characters than are looked at.</summary>
    /// <exception cref="TextTooLongException">It is over the limit.</exception>
    public void Check(TextPair pair) => CheckCharacters((long)pair.First.Length + pair.Second.Length);

    /// <summary>Refuses a document with more characters than are looked at.</summary>
    /// <exception cref="TextTooLongException">It is over the limit.</exception>
    public void CheckDocument(IReadOnlyList<string> sentences)
    {
        long count = 0;
        foreach (string sentence in sentences) count += sentence.Length;
        CheckCharacters(count);
    }

    // Valid until the next call on this thread with the same buffer.
    private ReadOnlySpan<int> Pieces(string text, ref PieceBuffer? buffer)
    {
        if (parseSpecialTokens) return tokenizer.Encode(text, null, Parsing).Ids.AsSpan()[1..^1];
        buffer ??= new PieceBuffer();
        buffer.Clear();
        tokenizer.AppendPieces(text, buffer);
        return buffer.Ids;
    }

    private void CheckCharacters(long count)
    {
        if (count > limits.MaxCharacters)
            throw new TextTooLongException($"has {count} characters, allowed are {limits.MaxCharacters}. Split it, or raise MaxCharacters.");
    }

    private TextTooLongException TooLong(int tokenCount, string remedy) =>
        new($"has {tokenCount} tokens, the limit is {limits.MaxLength}. {remedy}");
}
