using System.Diagnostics;
using FsCheck;
using FsCheck.Fluent;
using RctOnnx.Onnx;
using RctOnnx.Runtime.Tokenization;
using RctOnnx.Testing;
using Xunit;

namespace RctOnnx.Runtime.Tests.Tokenization;

public class WordPieceTokenizerTests
{
    private static readonly WordPieceTokenizer Tokenizer = WordPieceTokenizer.Create(RandomModels.Vocabulary, new TokenizerSettings { LowerCase = true });

    private static string Spelt(string text) =>
        string.Join(' ', Tokenizer.Encode(text).Ids[1..^1].Select(id => RandomModels.Vocabulary[id]));

    [Theory]
    [InlineData("Patients were", "patients were")]
    [InlineData("THE\r\nresults.", "the results .")]
    [InlineData("ab\u0301c", "a ##b ##c")]
    [InlineData("caf\u00e9", "c ##a ##f ##e")]
    [InlineData("a\u0000b\u200bc", "a ##b ##c")]
    [InlineData("a\ud800b", "a ##b")]
    [InlineData("\udfff", "")]
    [InlineData("a\u4e2db", "a [UNK] b")]
    [InlineData("[SEP]", "[UNK] s ##e ##p [UNK]")]
    [InlineData("", "")]
    public void Encode_cleans_splits_and_spells(string text, string expected) => Assert.Equal(expected, Spelt(text));

    [Fact]
    public void A_word_of_100_code_points_is_spelt_and_one_of_101_is_unknown()
    {
        Assert.Equal(100, Tokenizer.Encode(new string('a', 100)).Ids.Length - 2);
        Assert.Equal([Tokenizer.UnknownId], Tokenizer.Encode(new string('a', 101)).Ids[1..^1]);
    }

    [Fact]
    public void Typed_special_tokens_count_only_when_asked_for()
    {
        Encoding parsed = Tokenizer.Encode("a[SEP]b [MASK]", null, new EncodeOptions { ParseSpecialTokens = true });
        Assert.Equal(["a", "[SEP]", "b", "[MASK]"], parsed.Ids[1..^1].Select(id => RandomModels.Vocabulary[id]));
        Assert.DoesNotContain(Tokenizer.SepId, Tokenizer.Encode("a[SEP]b [MASK]").Ids[1..^1]);
    }

    [Fact]
    public void Truncation_keeps_the_separator_and_is_reported()
    {
        Encoding encoding = Tokenizer.Encode("a b c d e", null, new EncodeOptions { MaxLength = 4 });
        Assert.Equal((4, 7, true), (encoding.Ids.Length, encoding.TokenCount, encoding.Truncated));
        Assert.Equal(Tokenizer.SepId, encoding.Ids[^1]);
        Assert.Throws<SettingsException>(() => Tokenizer.Encode("a", null, new EncodeOptions { MaxLength = 2 }));
        Assert.Throws<SettingsException>(() => Tokenizer.Encode("a b c d", "a", new EncodeOptions { MaxLength = 5, Truncation = TruncationStrategy.OnlySecond }));
    }

    [Theory]
    [InlineData("a")]
    [InlineData("\u0301")]
    [InlineData("\u302e\u1b44")]
    [InlineData(".")]
    [InlineData(" ")]
    [InlineData("[SEP]")]
    [InlineData("[")]
    [InlineData("\ud800")]
    public void Ten_megabytes_of_one_thing_get_an_answer(string unit)
    {
        string text = string.Concat(Enumerable.Repeat(unit, 10_000_000 / unit.Length));
        PieceBuffer buffer = new();
        Tokenizer.AppendPieces(text, buffer);
        Assert.True(buffer.Count <= text.Length);
        Assert.InRange(Tokenizer.Encode(text, null, new EncodeOptions { MaxLength = 5, ParseSpecialTokens = true }).Ids.Length, 2, 5);
    }

    [Fact]
    public void AppendPieces_allocates_nothing_once_the_buffer_has_grown()
    {
        PieceBuffer buffer = new();
        const string Text = "The patients were randomised; results (p < 0.05), the results were \u00b1 caf\u00e9.";
        for (int i = 0; i < 200; i++) Run();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++) Run();
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());

        void Run()
        {
            buffer.Clear();
            Tokenizer.AppendPieces(Text, buffer);
        }
    }

    [Fact]
    public void Any_text_alone_gets_what_it_gets_in_a_batch_and_offsets_never_go_back() =>
        Prop.ForAll(ArbMap.Default.ArbFor<string[]>(), texts =>
        {
            string[] real = [.. texts.Select(text => text ?? "")];
            Encoding[] batch = Tokenizer.EncodeBatch(real, new EncodeOptions { Offsets = true });
            return real.Zip(batch).All(pair =>
            {
                int[] starts = pair.Second.Starts[1..^1];
                return Tokenizer.Encode(pair.First).Ids.SequenceEqual(pair.Second.Ids)
                    && starts.Zip(starts.Skip(1)).All(next => next.First <= next.Second)
                    && starts.Zip(pair.Second.Ends[1..^1]).All(span => span.First < span.Second);
            });
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_vocabulary_with_a_double_or_without_a_special_token_is_refused()
    {
        TokenizerSettings settings = new() { LowerCase = true };
        Assert.Contains("'a'", Assert.Throws<ModelFileException>(() => WordPieceTokenizer.Create([.. RandomModels.Vocabulary, "a"], settings)).Message);
        Assert.Contains("[MASK]", Assert.Throws<ModelFileException>(() => WordPieceTokenizer.Create(["[PAD]", "[UNK]", "[CLS]", "[SEP]"], settings)).Message);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(257)]
    public void A_longest_word_out_of_range_is_refused(int longest) =>
        Assert.Contains($"longest word is {longest}", Assert.Throws<ModelFileException>(() =>
            WordPieceTokenizer.Create(RandomModels.Vocabulary, new TokenizerSettings { LowerCase = true, LongestWord = longest })).Message);

    [Fact]
    [Trait("Category", "Golden")]
    public void Golden_files_hold_with_and_without_globalisation_data()
    {
        SharedFolders.Golden();
        using Process child = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, ["-class", typeof(GoldenTokenizerTests).FullName!])
        {
            Environment = { ["DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"] = IsInvariant() ? "0" : "1" },
            RedirectStandardOutput = true,
        })!;
        string output = child.StandardOutput.ReadToEnd();
        child.WaitForExit();
        Assert.True(child.ExitCode == 0, output);
        Assert.Contains("Failed: 0", output);
    }

    private static bool IsInvariant() => AppContext.TryGetSwitch("System.Globalization.Invariant", out bool on) && on
        || Environment.GetEnvironmentVariable("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT") is "1" or "true";
}
