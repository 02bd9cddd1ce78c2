using System.Text.Json;
using RctOnnx.Onnx;

namespace RctOnnx.Runtime.Tokenization;

/// <summary>The BERT part of the <c>tokenizer.json</c> format; every setting that this product does not have is refused by name.</summary>
internal static class TokenizerJson
{
    /// <summary>Vocabulary and rules of a file.</summary>
    public static TokenizerSource Read(string path)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
        JsonElement root = document.RootElement;
        JsonElement model = Part("model", "WordPiece"), normalizer = Part("normalizer", "BertNormalizer");
        Part("pre_tokenizer", "BertPreTokenizer");
        if (root.TryGetProperty("post_processor", out JsonElement post) && post.ValueKind == JsonValueKind.Object) CheckTemplate(post);

        SortedDictionary<int, string> pieces = [];
        foreach (JsonProperty piece in model.GetProperty("vocab").EnumerateObject())
            if (!pieces.TryAdd(piece.Value.GetInt32(), piece.Name)) throw Fault($"the id {piece.Value.GetInt32()} is given to '{pieces[piece.Value.GetInt32()]}' and to '{piece.Name}'");
        if (pieces.Count == 0 || pieces.First().Key != 0 || pieces.Last().Key != pieces.Count - 1)
            throw Fault($"the {pieces.Count} ids of the vocabulary are not 0 to {pieces.Count - 1}");
        if (root.TryGetProperty("added_tokens", out JsonElement added))
            foreach (JsonElement token in added.EnumerateArray())
                CheckAdded(token, token.GetProperty("content").GetString());

        TokenizerSettings settings = new()
        {
            CleanText = Flag("clean_text"),
            SplitChineseCharacters = Flag("handle_chinese_chars"),
            StripAccents = normalizer.GetProperty("strip_accents").ValueKind == JsonValueKind.Null ? null : Flag("strip_accents"),
            LowerCase = Flag("lowercase"),
            UnknownToken = model.GetProperty("unk_token").GetString() ?? "[UNK]",
            ContinuationPrefix = model.GetProperty("continuing_subword_prefix").GetString() ?? "##",
            LongestWord = model.GetProperty("max_input_chars_per_word").GetInt32(),
        };
        return new TokenizerSource([.. pieces.Values], settings, null);

        JsonElement Part(string name, string expected)
        {
            if (!root.TryGetProperty(name, out JsonElement part) || part.ValueKind != JsonValueKind.Object) throw Fault($"it has no {name}; expected {expected}");
            string? type = part.TryGetProperty("type", out JsonElement value) ? value.GetString() : null;
            return type == expected ? part : throw Fault($"{name} '{type}' is not supported; supported is {expected}");
        }

        void CheckAdded(JsonElement token, string? content)
        {
            if (pieces.GetValueOrDefault(token.GetProperty("id").GetInt32()) != content)
                throw Fault($"the added token '{content}' is not the piece of that id in the vocabulary");
            if (token.TryGetProperty("special", out JsonElement special) && !special.GetBoolean())
                throw Fault($"the added token '{content}' has special false, which is not supported; supported is true");
            foreach (string key in (string[])["single_word", "lstrip", "rstrip"])
                if (token.TryGetProperty(key, out JsonElement on) && on.GetBoolean())
                    throw Fault($"the added token '{content}' has {key} true, which is not supported; supported is false");
        }

        // [CLS] A [SEP] and [CLS] A [SEP] B [SEP], the second text and its end of type 1.
        void CheckTemplate(JsonElement template)
        {
            string? type = template.GetProperty("type").GetString();
            if (type == "BertProcessing") return;
            if (type != "TemplateProcessing") throw Fault($"post_processor '{type}' is not supported; supported are TemplateProcessing, BertProcessing");
            foreach ((string key, string supported) in (ReadOnlySpan<(string, string)>)[("single", "*:0 A:0 *:0"), ("pair", "*:0 A:0 *:0 B:1 *:1")])
            {
                string found = string.Join(' ', template.GetProperty(key).EnumerateArray().Select(Step));
                if (found != supported)
                    throw Fault($"the {key} template of post_processor is '{found}' (* is a special token, the number its type), which is not supported; supported is '{supported}'");
            }
        }

        static string Step(JsonElement step)
        {
            JsonProperty part = step.EnumerateObject().First();
            return $"{(part.Name == "Sequence" ? part.Value.GetProperty("id").GetString() : "*")}:{part.Value.GetProperty("type_id").GetInt32()}";
        }

        bool Flag(string key) => normalizer.GetProperty(key).GetBoolean();

        ModelFileException Fault(string fault) => new($"'{path}': {fault}.");
    }
}
