using System.Text.Json.Nodes;
using RctOnnx.Onnx;

namespace RctOnnx.Bench.Peers;

/// <summary>A model's vocabulary and rules in the files that other tokenizers read.</summary>
internal static class PeerTokenizer
{
    /// <summary>Writes <c>tokenizer.json</c>, <c>tokenizer_config.json</c> and <c>vocab.txt</c>.</summary>
    public static void Write(string folder, ModelArtifact artifact)
    {
        TokenizerSettings settings = artifact.Tokenizer;
        JsonObject vocabulary = [];
        foreach ((int id, string piece) in artifact.Vocabulary.Index()) vocabulary[piece] = id;
        string[] special = [settings.PadToken, settings.UnknownToken, settings.ClsToken, settings.SepToken, settings.MaskToken];
        JsonObject whole = new()
        {
            ["version"] = "1.0",
            ["added_tokens"] = new JsonArray([.. special.Select(token => (JsonNode)new JsonObject
            {
                ["id"] = Id(token), ["content"] = token, ["special"] = true, ["single_word"] = false, ["lstrip"] = false, ["rstrip"] = false, ["normalized"] = false,
            })]),
            ["normalizer"] = new JsonObject
            {
                ["type"] = "BertNormalizer",
                ["clean_text"] = settings.CleanText,
                ["handle_chinese_chars"] = settings.SplitChineseCharacters,
                ["strip_accents"] = settings.StripAccents,
                ["lowercase"] = settings.LowerCase,
            },
            ["pre_tokenizer"] = new JsonObject { ["type"] = "BertPreTokenizer" },
            ["post_processor"] = new JsonObject
            {
                ["type"] = "BertProcessing",
                ["sep"] = new JsonArray(settings.SepToken, Id(settings.SepToken)),
                ["cls"] = new JsonArray(settings.ClsToken, Id(settings.ClsToken)),
            },
            ["decoder"] = new JsonObject { ["type"] = "WordPiece", ["prefix"] = settings.ContinuationPrefix, ["cleanup"] = true },
            ["model"] = new JsonObject
            {
                ["type"] = "WordPiece",
                ["unk_token"] = settings.UnknownToken,
                ["continuing_subword_prefix"] = settings.ContinuationPrefix,
                ["max_input_chars_per_word"] = settings.LongestWord,
                ["vocab"] = vocabulary,
            },
        };
        JsonObject config = new()
        {
            ["tokenizer_class"] = "BertTokenizer",
            ["do_lower_case"] = settings.LowerCase,
            ["pad_token"] = settings.PadToken,
            ["unk_token"] = settings.UnknownToken,
            ["cls_token"] = settings.ClsToken,
            ["sep_token"] = settings.SepToken,
            ["mask_token"] = settings.MaskToken,
            ["model_max_length"] = artifact.MaxLength,
        };
        AtomicFile.WriteText(Path.Combine(folder, "tokenizer.json"), whole.ToJsonString());
        AtomicFile.WriteText(Path.Combine(folder, "tokenizer_config.json"), config.ToJsonString());
        AtomicFile.WriteText(Path.Combine(folder, "vocab.txt"), string.Join('\n', artifact.Vocabulary) + "\n");

        int Id(string token) => artifact.Vocabulary.Index().First(piece => piece.Item == token).Index;
    }
}
