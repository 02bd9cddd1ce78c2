using RctOnnx.Onnx;
using RctOnnx.Runtime.Tokenization;

namespace RctOnnx.Train.Vocabulary;

/// <summary>Counts the words of texts as the tokenizer will see them.</summary>
/// <param name="settings">The tokenizer's rules.</param>
public sealed class WordCounter(TokenizerSettings settings)
{
    private readonly WordSplitter _splitter = new(settings);
    private readonly Dictionary<string, long> _counts = new(StringComparer.Ordinal);

    /// <summary>Distinct words with how often each was seen.</summary>
    public IReadOnlyDictionary<string, long> Counts => _counts;

    /// <summary>Adds the words of a text.</summary>
    public void Add(ReadOnlySpan<char> text)
    {
        Dictionary<string, long>.AlternateLookup<ReadOnlySpan<char>> lookup = _counts.GetAlternateLookup<ReadOnlySpan<char>>();
        _splitter.Split(text, word =>
        {
            lookup.TryGetValue(word, out long count);
            lookup[word] = count + 1;
        });
    }
}
