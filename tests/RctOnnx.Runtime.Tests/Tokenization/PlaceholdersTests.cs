using RctOnnx.Onnx;
using RctOnnx.Runtime.Tokenization;
using RctOnnx.Testing;
using Xunit;

namespace RctOnnx.Runtime.Tests.Tokenization;

public sealed class PlaceholdersTests
{
    [Theory]
    [InlineData("@CAPS1 is @PERSON12's", " CAPS  is  PERSON  's")]
    [InlineData("@@CAPS1", "@ CAPS ")]
    [InlineData("me@home.org @CAPS @1 @Caps1", "me@home.org @CAPS @1 @Caps1")]
    [InlineData("", "")]
    public void Placeholders_keep_their_word_and_the_text_its_length(string text, string expected) =>
        Assert.Equal(expected, Placeholders.Cleaned(text).ToString());

    [Fact]
    public void The_rule_in_the_file_decides_what_the_runtime_sees()
    {
        using TemporaryFolder folder = new();
        ModelArtifact plain = RandomModels.Create(), ruled = plain with { Tokenizer = plain.Tokenizer with { Rule = TextRule.NumberedPlaceholders } };
        ModelFile.Write(folder.File("plain.onnx"), plain);
        ModelFile.Write(folder.File("ruled.onnx"), ruled);
        using TextClassifier without = TextClassifier.Load(folder.File("plain.onnx")), with = TextClassifier.Load(folder.File("ruled.onnx"));
        Assert.Equal(without.Classify("the CAPS were").Logits, with.Classify("the @CAPS7 were").Logits);
        Assert.NotEqual(without.Classify("the @CAPS7 were").Logits, with.Classify("the @CAPS7 were").Logits);
    }

    [Fact]
    public void Offsets_are_those_of_the_given_text()
    {
        WordPieceTokenizer tokenizer = WordPieceTokenizer.Create(RandomModels.Vocabulary, new TokenizerSettings { LowerCase = true, Rule = TextRule.NumberedPlaceholders });
        Encoding encoding = tokenizer.Encode("@A1 the", options: new EncodeOptions { Offsets = true });
        Assert.Equal([1, 4], encoding.Starts[1..3]);
    }
}
