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

    private static int[] Ids(string text, bool parse) => Assert.Single(Preparation(parse, limit: 64).Prepare(text).Rows);

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
        TokenizedText pair = Preparation(parse: true, limit: 64).Prepare(new TextPair("a[SEP]b", "[MASK]"));
        Assert.Equal([Tokenizer.ClsId, Id("a"), Tokenizer.SepId, Id("b"), Tokenizer.SepId, Tokenizer.MaskId, Tokenizer.SepId], Assert.Single(pair.Rows));
        Assert.Equal([0, 0, 0, 0, 0, 1, 1], pair.Types!);
        TokenizedText plain = Preparation(parse: false, limit: 64).Prepare(new TextPair("a[SEP]b", "[MASK]"));
        Assert.DoesNotContain(Tokenizer.MaskId, plain.Rows[0]);
        Assert.Equal(plain.Types!.Length, plain.Rows[0].Length);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Limits_count_the_tokens_that_were_read(bool parse)
    {
        string text = "a [MASK] b [MASK] c [MASK] d [MASK]"; // 8 pieces where special tokens are read, more where they are text
        TokenizedText cut = Preparation(parse).Prepare(text);
        int[] all = Tokenizer.Encode(text, null, new EncodeOptions { ParseSpecialTokens = parse }).Ids;
        Assert.Equal((all.Length, Limit), (cut.TokenCount, cut.UsedTokenCount));
        Assert.Equal([.. all[..(Limit - 1)], Tokenizer.SepId], Assert.Single(cut.Rows));
        Assert.Contains($"{all.Length} tokens", Assert.Throws<TextTooLongException>(() => Preparation(parse, LongTextPolicy.Error).Prepare(text)).Message);
        TokenizedText windows = Preparation(parse, LongTextPolicy.Window).Prepare(text);
        Assert.True(windows.Rows.Count > 1);
        Assert.All(windows.Rows, row => Assert.Equal(Limit, row.Length));
        Assert.Contains("characters", Assert.Throws<TextTooLongException>(() => Preparation(parse).Prepare(new string('a', 101))).Message);
    }

    private static int Id(string piece) => RandomModels.Vocabulary.ToList().IndexOf(piece);
}
