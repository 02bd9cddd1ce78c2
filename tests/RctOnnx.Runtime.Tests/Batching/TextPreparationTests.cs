using RctOnnx.Onnx;
using RctOnnx.Runtime.Tokenization;
using RctOnnx.Testing;
using Xunit;

namespace RctOnnx.Runtime.Tests.Batching;

public class TextPreparationTests
{
    private const int Limit = 8;

    private static readonly WordPieceTokenizer Tokenizer = WordPieceTokenizer.Create(RandomModels.Vocabulary, new TokenizerSettings { LowerCase = true });

    private static TextPreparation Preparation(bool parse, LongTextPolicy policy = LongTextPolicy.Truncate, int limit = Limit) =>
        new(Tokenizer, new TextLimits(limit, policy, 2, 100), parse);

    private static int[] Ids(string text, bool parse) => Assert.Single(Prepare(Preparation(parse, limit: 64), text).Rows);

    private static (TokenizedText Text, int[][] Rows) Prepare(TextPreparation preparation, string text)
    {
        TokenRows rows = new();
        preparation.Prepare("a b", rows); // others are before it
        TokenizedText prepared = preparation.Prepare(text, rows);
        prepared.AddRows(rows);
        return (prepared, [.. Enumerable.Range(0, rows.Count).Select(row => rows.Ids(row).ToArray())]);
    }

    private static (int[] Ids, int[] Types) Prepare(TextPreparation preparation, TextPair pair)
    {
        TokenRows rows = new();
        preparation.Prepare(pair, rows).AddRows(rows);
        Assert.Equal(1, rows.Count);
        return (rows.Ids(0).ToArray(), rows.Types(0).ToArray());
    }

    [Fact]
    public void A_typed_special_token_is_text_unless_it_shall_be_read()
    {
        int[] read = Ids("a[SEP]b", parse: true), plain = Ids("a[SEP]b", parse: false);
        int a = Id("a"), b = Id("b");
        Assert.Equal([Tokenizer.ClsId, a, Tokenizer.SepId, b, Tokenizer.SepId], read);
        Assert.Equal(plain, Tokenizer.Encode("a[SEP]b").Ids);
        Assert.DoesNotContain(Tokenizer.SepId, plain[1..^1]);
        Assert.Equal(read, Tokenizer.Encode("a[SEP]b", null, new EncodeOptions { ParseSpecialTokens = true }).Ids);
    }

    [Theory]
    [InlineData("")]
    [InlineData("patients were")]
    [InlineData("the [results")]
    [InlineData("sep] cls")]
    public void Texts_without_special_tokens_are_the_same_either_way(string text) => Assert.Equal(Ids(text, parse: false), Ids(text, parse: true));

    [Fact]
    public void Pairs_are_read_the_same_way_and_only_the_real_end_of_the_first_text_changes_the_type()
    {
        (int[] ids, int[] types) = Prepare(Preparation(parse: true, limit: 64), new TextPair("a[SEP]b", "[MASK]"));
        Assert.Equal([Tokenizer.ClsId, Id("a"), Tokenizer.SepId, Id("b"), Tokenizer.SepId, Tokenizer.MaskId, Tokenizer.SepId], ids);
        Assert.Equal([0, 0, 0, 0, 0, 1, 1], types);
        (int[] plain, int[] plainTypes) = Prepare(Preparation(parse: false, limit: 64), new TextPair("a[SEP]b", "[MASK]"));
        Assert.DoesNotContain(Tokenizer.MaskId, plain);
        Assert.Equal(plain.Length, plainTypes.Length);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Limits_count_the_tokens_that_were_read(bool parse)
    {
        string text = "a [MASK] b [MASK] c [MASK] d [MASK]"; // 8 pieces where special tokens are read, more where they are text
        (TokenizedText cut, int[][] cutRows) = Prepare(Preparation(parse), text);
        int[] all = Tokenizer.Encode(text, null, new EncodeOptions { ParseSpecialTokens = parse }).Ids;
        Assert.Equal((all.Length, Limit), (cut.TokenCount, cut.UsedTokenCount));
        Assert.Equal([.. all[..(Limit - 1)], Tokenizer.SepId], Assert.Single(cutRows));
        Assert.Contains($"{all.Length} tokens", Assert.Throws<TextTooLongException>(() => Prepare(Preparation(parse, LongTextPolicy.Error), text)).Message);
        (_, int[][] windows) = Prepare(Preparation(parse, LongTextPolicy.Window), text);
        Assert.True(windows.Length > 1);
        Assert.All(windows, row => Assert.Equal(Limit, row.Length));
        Assert.Equal(WindowPlanner.Starts(all.Length - 2, Limit - 2, 2).Select(start => all[(start + 1)..(start + Limit - 1)]), windows.Select(row => row[1..^1]));
        Assert.Contains("characters", Assert.Throws<TextTooLongException>(() => Prepare(Preparation(parse), new string('a', 101))).Message);
    }

    private static int Id(string piece) => RandomModels.Vocabulary.ToList().IndexOf(piece);
}
