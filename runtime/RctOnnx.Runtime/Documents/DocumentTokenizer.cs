using RctOnnx.Onnx;
using RctOnnx.Runtime.Tokenization;

namespace RctOnnx.Runtime;

/// <summary>Documents to rows, the same way in training and in the runtime. Immutable and thread-safe.</summary>
/// <param name="tokenizer">The model's.</param>
/// <param name="rule">The model's.</param>
/// <param name="maxLength">Longest row in tokens.</param>
/// <param name="parseSpecialTokens">Whether special tokens typed in a text are read as such.</param>
public sealed class DocumentTokenizer(WordPieceTokenizer tokenizer, DocumentRule rule, int maxLength, bool parseSpecialTokens = false)
{
    private static readonly EncodeOptions Parsing = new() { ParseSpecialTokens = true };

    /// <summary>The rows of a document; none for a document without sentences.</summary>
    /// <param name="sentences">In their order; a sentence can be empty.</param>
    public EncodedDocument Encode(IReadOnlyList<string> sentences)
    {
        int count = sentences.Count, limit = Math.Min(rule.SentenceLength, maxLength - 2);
        int[][] pieces = new int[count][];
        int[] tokens = new int[count], used = new int[count], lengths = new int[count];
        PieceBuffer buffer = new();
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<int> all = Pieces(sentences[i], buffer);
            pieces[i] = all[..Math.Min(all.Length, limit)].ToArray();
            int special = i == 0 ? 2 : 1;
            (tokens[i], used[i], lengths[i]) = (all.Length + special, pieces[i].Length + special, pieces[i].Length + 1);
        }
        return new EncodedDocument([.. DocumentPlanner.Plan(lengths, maxLength, rule.Overlap).Select(window => Row(window, pieces))], tokens, used);
    }

    private EncodedRow Row(DocumentWindow window, int[][] pieces)
    {
        List<int> ids = [tokenizer.ClsId], reads = [];
        for (int i = window.First; i < window.First + window.Count; i++)
        {
            ids.AddRange(pieces[i]);
            if (i >= window.FirstRead && i < window.FirstRead + window.ReadCount) reads.Add(ids.Count);
            ids.Add(tokenizer.SepId);
        }
        return new EncodedRow([.. ids], [.. reads]);
    }

    private ReadOnlySpan<int> Pieces(string text, PieceBuffer buffer)
    {
        if (parseSpecialTokens) return tokenizer.Encode(text, null, Parsing).Ids.AsSpan()[1..^1];
        buffer.Clear();
        tokenizer.AppendPieces(text, buffer);
        return buffer.Ids;
    }
}
