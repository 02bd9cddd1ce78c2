using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using RctOnnx.Data;

namespace RctOnnx.Train.Pretraining;

/// <summary>
/// Sentences of test data, by hash, so that nothing of them is learnt. They are compared by their letters alone: case,
/// punctuation and numbers do not matter, as copies of one abstract often differ in those.
/// </summary>
internal sealed class ExcludedTexts
{
    /// <summary>Shorter sentences are nobody's own and stand everywhere ("No adverse events occurred.").</summary>
    private const int FewestWords = 6;

    private readonly HashSet<UInt128> _hashes = [];

    /// <summary>Number of different sentences.</summary>
    public int Count => _hashes.Count;

    /// <summary>Reads the sentences of data files.</summary>
    /// <exception cref="DataException">A file is missing or not readable.</exception>
    public static ExcludedTexts Read(IEnumerable<string> paths)
    {
        ExcludedTexts excluded = new();
        foreach (string path in paths)
            foreach (TextRow row in TextDataset.Read(path, columns: new ColumnNames { Label = null }))
                excluded.Add(row.Text);
        return excluded;
    }

    /// <summary>Adds the sentences of a text.</summary>
    public void Add(string text)
    {
        foreach (UInt128 hash in SentenceHashes(text)) _hashes.Add(hash);
    }

    /// <summary>Whether one of a text's sentences is among them.</summary>
    public bool Holds(string text) => _hashes.Count > 0 && SentenceHashes(text).Any(_hashes.Contains);

    private static IEnumerable<UInt128> SentenceHashes(string text)
    {
        StringBuilder words = new();
        int wordCount = 0;
        bool insideWord = false;
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (char.IsLetter(c))
            {
                if (!insideWord) wordCount++;
                if (!insideWord && words.Length > 0) words.Append(' ');
                words.Append(char.ToLowerInvariant(c));
                insideWord = true;
                continue;
            }
            insideWord = false;
            if (c is not ('.' or '?' or '!') || (i + 1 < text.Length && !char.IsWhiteSpace(text[i + 1]))) continue;
            if (wordCount >= FewestWords) yield return HashOf(words.ToString());
            words.Clear();
            wordCount = 0;
        }
        if (wordCount >= FewestWords) yield return HashOf(words.ToString());
    }

    private static UInt128 HashOf(string words) => BinaryPrimitives.ReadUInt128LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(words)));
}
