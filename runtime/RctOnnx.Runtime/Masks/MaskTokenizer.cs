using RctOnnx.Onnx;
using RctOnnx.Runtime.Tokenization;

namespace RctOnnx.Runtime;

/// <summary>Texts with masks to tokens. The mask token of the vocabulary is read as such wherever it stands, other special tokens are text. Immutable and thread-safe.</summary>
/// <param name="tokenizer">The model's.</param>
/// <param name="maxLength">Longest sequence in tokens.</param>
/// <param name="policy">What happens to longer texts; windows are not for them.</param>
public sealed class MaskTokenizer(WordPieceTokenizer tokenizer, int maxLength, LongTextPolicy policy)
{
    /// <summary>The tokens of a text.</summary>
    /// <exception cref="DataException">It has no mask.</exception>
    /// <exception cref="TextTooLongException">It is over the limit, and the policy is not to cut it, or a mask would be cut off.</exception>
    public MaskedText Encode(string text)
    {
        string mask = tokenizer.Settings.MaskToken;
        List<int> ids = [tokenizer.ClsId], places = [], starts = [];
        PieceBuffer buffer = new();
        for (int at = 0; ;)
        {
            int next = text.IndexOf(mask, at, StringComparison.Ordinal);
            buffer.Clear();
            tokenizer.AppendPieces(text.AsSpan(at, (next < 0 ? text.Length : next) - at), buffer);
            ids.AddRange(buffer.Ids);
            if (next < 0) break;
            places.Add(ids.Count);
            starts.Add(next);
            ids.Add(tokenizer.MaskId);
            at = next + mask.Length;
        }
        if (places.Count == 0) throw new DataException($"The text \"{Beginning(text)}\" has no {mask}. Write {mask} where a piece is to be named.");
        int count = ids.Count + 1;
        if (count > maxLength)
        {
            if (policy != LongTextPolicy.Truncate) throw new TextTooLongException($"has {count} tokens, the limit is {maxLength}. Shorten it.");
            if (places[^1] > maxLength - 2) throw new TextTooLongException($"has {count} tokens, the limit is {maxLength}, and the last {mask} stands behind it. Shorten the text before it.");
            ids.RemoveRange(maxLength - 1, count - maxLength);
        }
        ids.Add(tokenizer.SepId);
        return new MaskedText([.. ids], [.. places], [.. starts]);
    }

    private static string Beginning(string text) => text.Length <= 60 ? text : text[..60] + "…";
}
