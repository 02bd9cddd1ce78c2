using System.Text;
using System.Text.Json;
using RctOnnx.Onnx;

namespace RctOnnx.Runtime.Tokenization;

/// <summary>
/// Reads <c>vocab.txt</c>, <c>tokenizer.json</c> and <c>tokenizer_config.json</c> of a Hugging Face folder: what is there must
/// agree on everything that changes ids, and a rule that is not supported is refused by name.
/// </summary>
public static class TokenizerFiles
{
    /// <summary>Vocabulary and rules of a folder.</summary>
    /// <exception cref="ModelFileException">No vocabulary, a broken file, an unsupported rule, or files that disagree.</exception>
    public static TokenizerSource Load(string folder)
    {
        string vocabularyPath = Path.Combine(folder, "vocab.txt"), jsonPath = Path.Combine(folder, "tokenizer.json"), configPath = Path.Combine(folder, "tokenizer_config.json");
        try
        {
            IReadOnlyList<string>? listed = File.Exists(vocabularyPath) ? ReadVocabulary(vocabularyPath) : null;
            TokenizerSource? whole = File.Exists(jsonPath) ? TokenizerJson.Read(jsonPath) : null;
            using JsonDocument? config = File.Exists(configPath) ? JsonDocument.Parse(File.ReadAllBytes(configPath)) : null;
            if (listed is null && whole is null)
                throw new ModelFileException($"'{folder}' holds neither vocab.txt nor tokenizer.json. Copy the tokenizer's files beside the weights.");
            if (listed is not null && whole is not null && !listed.SequenceEqual(whole.Vocabulary))
                throw new ModelFileException($"vocab.txt and tokenizer.json in '{folder}' list different pieces (first at {FirstDifference(listed, whole.Vocabulary)}). Keep the one that belongs to the model.");
            (TokenizerSettings settings, int? maxLength) = TokenizerConfig.Merge(whole?.Settings, config?.RootElement, configPath);
            AddedTokens.Check(folder, config?.RootElement, listed ?? whole!.Vocabulary);
            return new TokenizerSource(listed ?? whole!.Vocabulary, settings, maxLength);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new ModelFileException($"A tokenizer file in '{folder}' is not as expected: {e.Message}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelFileException($"The tokenizer files in '{folder}' cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Pieces of a <c>vocab.txt</c>: one a line, line ends of either kind, the line is the id.</summary>
    /// <exception cref="ModelFileException">A piece stands twice, a line is empty, or the file is not UTF-8.</exception>
    public static IReadOnlyList<string> ReadVocabulary(string path)
    {
        Dictionary<string, int> lines = [];
        List<string> pieces = [];
        try
        {
            // Only \n and \r\n end a line: a piece may be any other character that some readers take for a line end.
            string text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(File.ReadAllBytes(path));
            string[] rows = text.Split('\n');
            int count = rows[^1].Length == 0 ? rows.Length - 1 : rows.Length;
            for (int i = 0; i < count; i++)
            {
                string piece = rows[i].EndsWith('\r') ? rows[i][..^1] : rows[i];
                if (piece.Length == 0) throw new ModelFileException($"'{path}', line {i + 1}: the line is empty, expected a piece.");
                if (!lines.TryAdd(piece, i + 1)) throw new ModelFileException($"'{path}', line {i + 1}: the piece '{piece}' stands already in line {lines[piece]}.");
                pieces.Add(piece);
            }
        }
        catch (DecoderFallbackException e)
        {
            throw new ModelFileException($"'{path}' is not UTF-8: {e.Message}", e);
        }
        return pieces.Count > 0 ? pieces : throw new ModelFileException($"'{path}' is empty; expected one piece a line.");
    }

    private static int FirstDifference(IReadOnlyList<string> a, IReadOnlyList<string> b)
    {
        int i = 0;
        while (i < a.Count && i < b.Count && a[i] == b[i]) i++;
        return i;
    }
}
