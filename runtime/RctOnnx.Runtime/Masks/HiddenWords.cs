using System.Text;
using System.Text.RegularExpressions;
using RctOnnx.Runtime.Tokenization;

namespace RctOnnx.Runtime;

/// <summary>A text of which some words are hidden behind masks: what a masked language model is asked, with the right answers. Pure.</summary>
/// <param name="Text">The text with masks.</param>
/// <param name="Pieces">The piece behind each mask, in their order.</param>
public sealed partial record HiddenWords(string Text, IReadOnlyList<string> Pieces)
{
    private static readonly EncodeOptions WithOffsets = new() { Offsets = true };
    private const int Every = 7; // about the 15 % of BERT's training

    /// <summary>Hides every seventh of the words that are one piece of the vocabulary, beginning with the first.</summary>
    /// <param name="text">The text; what is over the limit is cut off.</param>
    /// <param name="tokenizer">The model's.</param>
    /// <param name="vocabulary">The model's.</param>
    /// <param name="maxLength">Longest sequence in tokens.</param>
    /// <returns>Null where no word is one piece, or the text has a mask of its own, behind which nobody knows what stood.</returns>
    public static HiddenWords? Of(string text, WordPieceTokenizer tokenizer, IReadOnlyList<string> vocabulary, int maxLength)
    {
        if (text.Contains(tokenizer.Settings.MaskToken, StringComparison.Ordinal)) return null;
        Tokenization.Encoding whole = tokenizer.Encode(text, options: WithOffsets);
        if (whole.Ids.Length > maxLength) text = text[..new CodePoints(text).UnitOf(whole.Ends[maxLength - 2])];
        StringBuilder masked = new();
        List<string> pieces = [];
        PieceBuffer buffer = new();
        int copied = 0, seen = 0;
        foreach (ValueMatch word in Words().EnumerateMatches(text))
        {
            buffer.Clear();
            tokenizer.AppendPieces(text.AsSpan(word.Index, word.Length), buffer);
            if (buffer.Ids is not [var id] || id == tokenizer.UnknownId || seen++ % Every != 0) continue;
            masked.Append(text.AsSpan(copied, word.Index - copied)).Append(tokenizer.Settings.MaskToken);
            pieces.Add(vocabulary[id]);
            copied = word.Index + word.Length;
        }
        return pieces.Count == 0 ? null : new HiddenWords(masked.Append(text.AsSpan(copied)).ToString(), pieces);
    }

    // Words between white space or punctuation: where other characters join them, the pieces in the text would be others.
    [GeneratedRegex(@"(?<![^\s\p{P}])\p{L}+(?![^\s\p{P}])")]
    private static partial Regex Words();
}
