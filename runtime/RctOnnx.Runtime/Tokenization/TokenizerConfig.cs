using System.Text.Json;
using RctOnnx.Onnx;

namespace RctOnnx.Runtime.Tokenization;

/// <summary>The rules of <c>tokenizer_config.json</c>, alone or beside those of <c>tokenizer.json</c>.</summary>
internal static class TokenizerConfig
{
    private static readonly string[] KnownClasses = ["BertTokenizer", "BertTokenizerFast", "ElectraTokenizer", "ElectraTokenizerFast", "DistilBertTokenizer", "DistilBertTokenizerFast", "PreTrainedTokenizerFast", "TokenizersBackend"];

    /// <summary>The settings that hold, and the length limit if one is stated.</summary>
    public static (TokenizerSettings Settings, int? MaxLength) Merge(TokenizerSettings? whole, JsonElement? config, string path)
    {
        if (config is not { ValueKind: JsonValueKind.Object } root)
            return (whole ?? throw new ModelFileException($"'{path}' is not there, and vocab.txt does not say whether texts are lower-cased. Add the file with do_lower_case."), null);
        if (Value("tokenizer_class") is { } kind && !KnownClasses.Contains(kind.GetString()))
            throw new ModelFileException($"'{path}': tokenizer_class '{kind.GetString()}' is not supported; supported are {string.Join(", ", KnownClasses)}.");
        TokenizerSettings stated = whole ?? new TokenizerSettings { LowerCase = Flag("do_lower_case") ?? true };
        TokenizerSettings merged = stated with
        {
            StripAccents = Value("strip_accents") is null ? stated.StripAccents : Flag("strip_accents"),
            SplitChineseCharacters = Flag("tokenize_chinese_chars") ?? stated.SplitChineseCharacters,
            PadToken = Token("pad_token") ?? stated.PadToken,
            UnknownToken = Token("unk_token") ?? stated.UnknownToken,
            ClsToken = Token("cls_token") ?? stated.ClsToken,
            SepToken = Token("sep_token") ?? stated.SepToken,
            MaskToken = Token("mask_token") ?? stated.MaskToken,
        };
        if (whole is not null)
        {
            Agree("do_lower_case", Flag("do_lower_case") ?? whole.LowerCase, whole.LowerCase);
            Agree("strip_accents", merged.StripsAccents, whole.StripsAccents);
            Agree("tokenize_chinese_chars", merged.SplitChineseCharacters, whole.SplitChineseCharacters);
        }
        // Files without a limit state a huge number.
        int? limit = Value("model_max_length") is { ValueKind: JsonValueKind.Number } number && number.TryGetInt32(out int length) ? length : null;
        return (merged, limit);

        JsonElement? Value(string key) => root.TryGetProperty(key, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

        bool? Flag(string key) => Value(key) is not { } value ? null
            : value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean()
            : throw new ModelFileException($"'{path}': {key} is {value.GetRawText()}, expected true or false.");

        string? Token(string key) => Value(key) is not { } value ? null
            : value.ValueKind == JsonValueKind.String ? value.GetString()
            : value.ValueKind == JsonValueKind.Object && value.TryGetProperty("content", out JsonElement content) ? content.GetString()
            : throw new ModelFileException($"'{path}': {key} is {value.GetRawText()}, expected a text.");

        void Agree(string key, bool here, bool there)
        {
            if (here != there) throw new ModelFileException($"'{path}' says {key} {here}, tokenizer.json says {there}. Keep the one that belongs to the model.");
        }
    }
}
