using System.Text.Json;
using RctOnnx.Onnx;
using RctOnnx.Runtime.Tokenization;
using Xunit;
using Library = Microsoft.ML.Tokenizers;

namespace RctOnnx.Runtime.Tests.Tokenization;

/// <summary>Our WordPiece step beside that of Microsoft.ML.Tokenizers, which gets the normalised words one by one.</summary>
[Trait("Category", "Golden")]
public class WordPieceAgainstLibraryTests
{
    [Theory]
    [InlineData("uncased", "uncased.jsonl")]
    [InlineData("uncased", "real-text-uncased.jsonl")]
    [InlineData("cased", "cased.jsonl")]
    [InlineData("uncased-keep-accents", "uncased-keep-accents.jsonl")]
    public void Every_line_gets_the_pieces_that_the_library_gives_its_words(string rules, string file)
    {
        TokenizerSource source = GoldenTokenizerTests.Source(rules);
        TokenizerSettings settings = source.Settings;
        WordPieceTokenizer own = WordPieceTokenizer.Create(source.Vocabulary, settings);
        using MemoryStream vocabulary = new(System.Text.Encoding.UTF8.GetBytes(string.Join('\n', source.Vocabulary)));
        Library.WordPieceTokenizer library = Library.WordPieceTokenizer.Create(vocabulary, new Library.WordPieceOptions
        {
            PreTokenizer = null,
            Normalizer = null,
            UnknownToken = settings.UnknownToken,
            ContinuingSubwordPrefix = settings.ContinuationPrefix,
            MaxInputCharsPerWord = 2 * settings.LongestWord, // it counts UTF-16 units, the reference code points
        });
        WordSplitter splitter = new(settings with { LongestWord = PieceWriter.LongestWordLimit });
        PieceBuffer buffer = new();
        List<string> faults = [];
        int words = 0;
        foreach ((int line, JsonElement json) in GoldenTokenizerTests.Lines(file))
        {
            string text = json.GetProperty("text").GetString()!;
            List<int> expected = [];
            splitter.Split(text, word =>
            {
                words++;
                if (CodePoints(word) > settings.LongestWord) expected.Add(own.UnknownId);
                else expected.AddRange(library.EncodeToIds(word, considerPreTokenization: false, considerNormalization: false));
            });
            // A text that is one word beyond the splitter's limit gives no word at all; it is unknown.
            if (expected.Count == 0 && text.Length > PieceWriter.LongestWordLimit) expected.Add(own.UnknownId);
            buffer.Clear();
            own.AppendPieces(text, buffer);
            if (!buffer.Ids.SequenceEqual(expected.ToArray())) faults.Add($"line {line}: the library {string.Join(' ', expected)}, ours {string.Join(' ', buffer.Ids.ToArray())}");
        }
        Assert.True(words > 1000, $"{words} words");
        Assert.True(faults.Count == 0, $"{faults.Count} lines differ:\n{string.Join('\n', faults.Take(10))}");
    }

    private static int CodePoints(ReadOnlySpan<char> word)
    {
        int count = 0;
        foreach (char unit in word)
            if (!char.IsLowSurrogate(unit)) count++;
        return count;
    }
}
