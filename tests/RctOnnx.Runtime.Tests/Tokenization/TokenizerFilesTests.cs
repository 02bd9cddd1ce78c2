using System.Text.Json.Nodes;
using RctOnnx.Runtime.Tokenization;
using RctOnnx.Testing;
using Xunit;

namespace RctOnnx.Runtime.Tests.Tokenization;

public class TokenizerFilesTests
{
    private static JsonObject Whole() => new()
    {
        ["added_tokens"] = new JsonArray(),
        ["normalizer"] = new JsonObject { ["type"] = "BertNormalizer", ["clean_text"] = true, ["handle_chinese_chars"] = true, ["strip_accents"] = null, ["lowercase"] = true },
        ["pre_tokenizer"] = new JsonObject { ["type"] = "BertPreTokenizer" },
        ["post_processor"] = null,
        ["model"] = new JsonObject
        {
            ["type"] = "WordPiece",
            ["unk_token"] = "[UNK]",
            ["continuing_subword_prefix"] = "##",
            ["max_input_chars_per_word"] = 100,
            ["vocab"] = new JsonObject { ["[PAD]"] = 0, ["[UNK]"] = 1, ["[CLS]"] = 2, ["[SEP]"] = 3, ["[MASK]"] = 4 },
        },
    };

    private static string Refusal(string? vocabulary, JsonObject? whole, string? config)
    {
        using TemporaryFolder folder = Fill(vocabulary, whole, config);
        return Assert.Throws<ModelFileException>(() => TokenizerFiles.Load(folder.Path)).Message;
    }

    private static TemporaryFolder Fill(string? vocabulary, JsonObject? whole, string? config)
    {
        TemporaryFolder folder = new();
        if (vocabulary is not null) File.WriteAllText(folder.File("vocab.txt"), vocabulary);
        if (whole is not null) File.WriteAllText(folder.File("tokenizer.json"), whole.ToJsonString());
        if (config is not null) File.WriteAllText(folder.File("tokenizer_config.json"), config);
        return folder;
    }

    [Fact]
    public void Load_takes_windows_line_ends_and_a_missing_last_one()
    {
        using TemporaryFolder folder = Fill("[PAD]\r\n[UNK]\r\n[CLS]", null, """{"do_lower_case":false,"strip_accents":true,"model_max_length":512}""");
        TokenizerSource source = TokenizerFiles.Load(folder.Path);
        Assert.Equal(["[PAD]", "[UNK]", "[CLS]"], source.Vocabulary);
        Assert.Equal((false, true, 512), (source.Settings.LowerCase, source.Settings.StripsAccents, source.MaxLength));
    }

    [Fact]
    public void Files_that_agree_are_one_tokenizer()
    {
        using TemporaryFolder folder = Fill("[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n", Whole(), """{"do_lower_case":true,"model_max_length":1000000000000000019884624838656}""");
        TokenizerSource source = TokenizerFiles.Load(folder.Path);
        Assert.Equal(5, source.Vocabulary.Count);
        Assert.Null(source.MaxLength);
    }

    [Theory]
    [InlineData("added_tokens.json", """{"[NEW]":3}""")]
    [InlineData("added_tokens.json", """{"[CLS]":1}""")]
    [InlineData("tokenizer_config.json", """{"do_lower_case":true,"added_tokens_decoder":{"3":{"content":"[NEW]","special":true}}}""")]
    public void Tokens_beside_the_vocabulary_are_refused_by_name(string file, string json)
    {
        using TemporaryFolder folder = Fill("[PAD]\n[UNK]\n[CLS]\n", null, """{"do_lower_case":true,"added_tokens_decoder":{"2":{"content":"[CLS]","special":true}}}""");
        File.WriteAllText(folder.File("added_tokens.json"), """{"[PAD]":0}""");
        Assert.Equal(3, TokenizerFiles.Load(folder.Path).Vocabulary.Count);
        File.WriteAllText(folder.File(file), json);
        string message = Assert.Throws<ModelFileException>(() => TokenizerFiles.Load(folder.Path)).Message;
        Assert.Contains(file, message);
        Assert.Contains("Added tokens are not supported", message);
    }

    [Fact]
    public void Files_that_disagree_or_are_broken_are_refused()
    {
        Assert.Contains("first at 1", Refusal("[PAD]\nx\n", Whole(), null));
        Assert.Contains("do_lower_case False", Refusal(null, Whole(), """{"do_lower_case":false}"""));
        Assert.Contains("strip_accents False", Refusal(null, Whole(), """{"strip_accents":false}"""));
        Assert.Contains("line 3: the piece 'a' stands already in line 1", Refusal("a\nb\na\n", null, "{}"));
        Assert.Contains("line 2: the line is empty", Refusal("a\n\nb\n", null, "{}"));
        Assert.Contains("is empty", Refusal("", null, "{}"));
        Assert.Contains("neither vocab.txt nor tokenizer.json", Refusal(null, null, "{}"));
        Assert.Contains("Add the file with do_lower_case", Refusal("a\n", null, null));
        Assert.Contains("'RobertaTokenizer' is not supported", Refusal("a\n", null, """{"tokenizer_class":"RobertaTokenizer"}"""));
        Assert.Contains("expected true or false", Refusal("a\n", null, """{"do_lower_case":"yes"}"""));
        Assert.Contains("not as expected", Refusal("a\n", null, "{"));
    }

    [Theory]
    [InlineData("model", "type", "\"BPE\"", "model 'BPE' is not supported")]
    [InlineData("normalizer", "type", "\"NFKC\"", "normalizer 'NFKC' is not supported")]
    [InlineData("pre_tokenizer", "type", "\"ByteLevel\"", "pre_tokenizer 'ByteLevel' is not supported")]
    [InlineData("model", "vocab", "{\"a\":0,\"b\":2}", "are not 0 to 1")]
    [InlineData("model", "vocab", "{\"a\":0,\"b\":0}", "given to 'a' and to 'b'")]
    public void Rules_that_are_not_supported_are_refused_by_name(string part, string key, string json, string reason)
    {
        JsonObject whole = Whole();
        whole[part]![key] = JsonNode.Parse(json);
        Assert.Contains(reason, Refusal(null, whole, null));
    }

    [Fact]
    public void An_added_token_outside_the_vocabulary_and_another_template_are_refused()
    {
        JsonObject whole = Whole();
        whole["added_tokens"] = new JsonArray(new JsonObject { ["id"] = 5, ["content"] = "[NEW]" });
        Assert.Contains("'[NEW]'", Refusal(null, whole, null));
        whole = Whole();
        whole["post_processor"] = new JsonObject { ["type"] = "RobertaProcessing" };
        Assert.Contains("'RobertaProcessing' is not supported", Refusal(null, whole, null));
    }

    [Theory]
    [InlineData("special", false)]
    [InlineData("lstrip", true)]
    [InlineData("rstrip", true)]
    [InlineData("single_word", true)]
    public void An_added_token_with_rules_of_its_own_is_refused(string key, bool value)
    {
        JsonObject whole = Whole();
        whole["added_tokens"] = new JsonArray(new JsonObject { ["id"] = 1, ["content"] = "[UNK]", [key] = value });
        Assert.Contains($"'[UNK]' has {key} {(value ? "true" : "false")}", Refusal(null, whole, null));
    }

    [Fact]
    public void A_template_of_another_order_is_refused()
    {
        JsonObject whole = Whole();
        whole["post_processor"] = JsonNode.Parse("""{"type":"TemplateProcessing","single":[{"Sequence":{"id":"A","type_id":0}},{"SpecialToken":{"id":"[SEP]","type_id":0}}],"pair":[]}""");
        Assert.Contains("the single template of post_processor is 'A:0 *:0'", Refusal(null, whole, null));
    }
}
