using System.Text.Json;
using RctOnnx.Runtime.Tokenization;
using RctOnnx.Testing;
using Xunit;

namespace RctOnnx.Runtime.Tests.Tokenization;

[Trait("Category", "Golden")]
public class GoldenTokenizerTests
{
    /// <summary>The three rule sets: the real encoder's folder, and two that stand as single files.</summary>
    internal static TokenizerSource Source(string rules) => rules == "uncased"
        ? TokenizerFiles.Load(SharedFolders.Weights("all-MiniLM-L6-v2"))
        : TokenizerJson.Read(SharedFolders.Golden("tokenizer", rules + "-tokenizer.json"));

    private static WordPieceTokenizer Tokenizer(string rules)
    {
        TokenizerSource source = Source(rules);
        return WordPieceTokenizer.Create(source.Vocabulary, source.Settings);
    }

    internal static IEnumerable<(int Line, JsonElement Json)> Lines(string file)
    {
        int number = 0;
        foreach (string line in File.ReadLines(SharedFolders.Golden("tokenizer", file)))
        {
            number++;
            using JsonDocument document = JsonDocument.Parse(line);
            yield return (number, document.RootElement.Clone());
        }
    }

    private static int[] Ints(JsonElement list) => [.. list.EnumerateArray().Select(value => value.GetInt32())];

    private static string Text(JsonElement json, string key = "text") => json.GetProperty(key).GetString()!;

    [Theory]
    [InlineData("uncased", "uncased.jsonl")]
    [InlineData("uncased", "real-text-uncased.jsonl")]
    [InlineData("cased", "cased.jsonl")]
    [InlineData("uncased-keep-accents", "uncased-keep-accents.jsonl")]
    public void Every_line_gets_the_ids_of_the_reference(string rules, string file)
    {
        WordPieceTokenizer tokenizer = Tokenizer(rules);
        List<string> faults = [];
        int count = 0;
        // A tokenizer file without a template adds no special tokens.
        bool withSpecialTokens = rules == "uncased" || GoldenTensor.Parse(SharedFolders.Golden("tokenizer", rules + "-tokenizer.json")).GetProperty("post_processor").ValueKind != JsonValueKind.Null;
        foreach ((int line, JsonElement json) in Lines(file))
        {
            count++;
            Check(line, "ids", Ints(json.GetProperty("ids")), parse: true);
            if (json.TryGetProperty("ids_plain", out JsonElement plain)) Check(line, "ids_plain", Ints(plain), parse: false);

            void Check(int line, string key, int[] expected, bool parse)
            {
                Encoding found = tokenizer.Encode(Text(json), null, new EncodeOptions { ParseSpecialTokens = parse });
                int[] ids = withSpecialTokens ? found.Ids : found.Ids[1..^1];
                if (!expected.SequenceEqual(ids)) faults.Add($"line {line} {key}: {JsonSerializer.Serialize(Text(json))} expected {string.Join(' ', expected)}, found {string.Join(' ', ids)}");
            }
        }
        Assert.True(count > 100);
        Assert.True(faults.Count == 0, $"{faults.Count} of {count} differ:\n{string.Join('\n', faults.Take(10))}");
    }

    [Fact]
    public void Pairs_and_truncation_get_the_ids_and_types_of_the_reference()
    {
        WordPieceTokenizer tokenizer = Tokenizer("uncased");
        Dictionary<string, TruncationStrategy> strategies = new()
        {
            ["longest_first"] = TruncationStrategy.LongestFirst,
            ["only_first"] = TruncationStrategy.OnlyFirst,
            ["only_second"] = TruncationStrategy.OnlySecond,
        };
        foreach ((int line, JsonElement json) in Lines("pairs-truncation-uncased.jsonl"))
        {
            string? pair = json.GetProperty("pair").GetString();
            EncodeOptions options = new()
            {
                MaxLength = json.GetProperty("max_length").GetInt32(),
                Truncation = strategies[json.GetProperty("strategy").GetString()!],
                ParseSpecialTokens = true,
            };
            Encoding found = tokenizer.Encode(Text(json), pair, options);
            Assert.True(Ints(json.GetProperty("ids")).SequenceEqual(found.Ids), $"line {line}: {json}\nfound {string.Join(',', found.Ids)}");
            Assert.Equal(Ints(json.GetProperty("type_ids")), found.TypeIds);
        }
    }

    [Fact]
    public void Offsets_are_those_of_the_reference()
    {
        WordPieceTokenizer tokenizer = Tokenizer("uncased");
        List<string> faults = [];
        foreach ((int line, JsonElement json) in Lines("offsets-uncased.jsonl"))
        {
            Encoding found = tokenizer.Encode(Text(json), null, new EncodeOptions { ParseSpecialTokens = true, Offsets = true });
            string expected = string.Join(' ', GoldenTensor.Rows(json.GetProperty("offsets_codepoints")).Select(pair => $"{pair[0]}-{pair[1]}"));
            string offsets = string.Join(' ', found.Starts.Zip(found.Ends, (start, end) => $"{start}-{end}"));
            if (expected != offsets) faults.Add($"line {line}: {JsonSerializer.Serialize(Text(json))}\n expected {expected}\n found    {offsets}");
        }
        Assert.True(faults.Count == 0, $"{faults.Count} differ:\n{string.Join('\n', faults.Take(8))}");
    }
}
