using System.Globalization;
using System.Text.Json;

namespace RctOnnx.Runtime.Tokenization;

/// <summary>
/// Tokens that a Hugging Face folder adds beside its vocabulary (<c>added_tokens.json</c>, <c>added_tokens_decoder</c>). Those that
/// the vocabulary lists are nothing new; any other would be found in texts by a rule that this tokenizer does not have.
/// </summary>
internal static class AddedTokens
{
    /// <summary>Refuses a token that is not the piece of its id.</summary>
    public static void Check(string folder, JsonElement? config, IReadOnlyList<string> vocabulary)
    {
        string path = Path.Combine(folder, "added_tokens.json");
        if (File.Exists(path))
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
            foreach (JsonProperty token in document.RootElement.EnumerateObject()) Expect(token.Name, token.Value.GetInt32(), path);
        }
        if (config is { ValueKind: JsonValueKind.Object } root && root.TryGetProperty("added_tokens_decoder", out JsonElement tokens))
            foreach (JsonProperty token in tokens.EnumerateObject())
                Expect(token.Value.GetProperty("content").GetString(), int.Parse(token.Name, NumberStyles.None, CultureInfo.InvariantCulture), Path.Combine(folder, "tokenizer_config.json"));

        void Expect(string? token, int id, string file)
        {
            if (id < 0 || id >= vocabulary.Count || vocabulary[id] != token)
                throw new ModelFileException($"'{file}' adds the token '{token}' as number {id}, which is not that piece of the vocabulary ({vocabulary.Count} pieces). Added tokens are not supported: fine-tune with the plain vocabulary.");
        }
    }
}
