using RctOnnx.Onnx;
using RctOnnx.Runtime.Tokenization;
using RctOnnx.Testing;
using Xunit;

namespace RctOnnx.Runtime.Tests.Masks;

public class HiddenWordsTests
{
    private static readonly TokenizerSettings Settings = new() { LowerCase = true };
    private static readonly WordPieceTokenizer Tokenizer = WordPieceTokenizer.Create(RandomModels.Vocabulary, Settings);

    private static HiddenWords? Hide(string text, int maxLength = 64) => HiddenWords.Of(text, Tokenizer, RandomModels.Vocabulary, maxLength);

    [Fact]
    public void Every_seventh_word_of_one_piece_is_hidden_beginning_with_the_first()
    {
        HiddenWords hidden = Hide("The results, ab were b c d e f g h")!; // ab is two pieces
        Assert.Equal("[MASK] results, ab were b c d e [MASK] g h", hidden.Text);
        Assert.Equal(["the", "f"], hidden.Pieces);
    }

    [Theory]
    [InlineData("")]
    [InlineData("42 -- ab")]
    [InlineData("a1 b2c the+results")]
    [InlineData("the results [MASK] patients")]
    public void Texts_without_such_a_word_are_null(string text) => Assert.Null(Hide(text));

    [Fact]
    public void Texts_with_all_masks_fit_and_hide_what_the_tokenizer_reads()
    {
        string text = string.Join(' ', Enumerable.Range(0, 100).Select(i => i % 3 == 0 ? "é😀" : $"{(char)('a' + i % 26)}"));
        HiddenWords hidden = Hide(text, 20)!;
        MaskedText encoded = new MaskTokenizer(Tokenizer, 20, LongTextPolicy.Error).Encode(hidden.Text);
        Assert.Equal(hidden.Pieces.Count, encoded.Places.Length);
        int[] whole = Tokenizer.Encode(text).Ids;
        Assert.Equal(hidden.Pieces, encoded.Places.Select(place => RandomModels.Vocabulary[whole[place]]));
        for (int i = 0; i < encoded.Ids.Length - 1; i++)
            if (!encoded.Places.Contains(i)) Assert.Equal(whole[i], encoded.Ids[i]);
    }
}
