using System.Globalization;
using System.Text.Json.Nodes;
using RctOnnx.Onnx;
using RctOnnx.Onnx.HuggingFace;

namespace RctOnnx.Weights.HuggingFace;

/// <summary>The JSON files of a Hugging Face folder.</summary>
internal static class HuggingFaceJson
{
    /// <summary><c>config.json</c>.</summary>
    public static JsonObject Config(ModelArtifact artifact)
    {
        EncoderConfig encoder = artifact.Encoder;
        JsonObject config = new()
        {
            ["architectures"] = new JsonArray(encoder.Architecture + (CheckpointTask.SuffixOf(artifact))),
            ["model_type"] = HuggingFaceConfig.NameOf(encoder.Architecture),
            ["vocab_size"] = encoder.VocabularySize,
            ["hidden_size"] = encoder.HiddenWidth,
            ["num_hidden_layers"] = encoder.LayerCount,
            ["num_attention_heads"] = encoder.HeadCount,
            ["intermediate_size"] = encoder.IntermediateWidth,
            ["max_position_embeddings"] = encoder.PositionCount,
            ["type_vocab_size"] = encoder.TokenTypeCount,
            ["hidden_act"] = HuggingFaceConfig.NameOf(encoder.Activation),
            ["layer_norm_eps"] = encoder.LayerNormEpsilon,
            ["hidden_dropout_prob"] = encoder.HiddenDropout,
            ["attention_probs_dropout_prob"] = encoder.AttentionDropout,
            ["initializer_range"] = encoder.InitializerRange,
            ["position_embedding_type"] = "absolute",
            ["torch_dtype"] = "float32",
        };
        if (encoder.Architecture == Architecture.Electra) config["embedding_size"] = encoder.EmbeddingWidth;
        int pad = artifact.Vocabulary.ToList().IndexOf(artifact.Tokenizer.PadToken);
        if (pad >= 0) config["pad_token_id"] = pad;
        if (artifact.Head.Kind == HeadKind.None) return config;
        if (CheckpointTask.SuffixOf(artifact) != CheckpointTask.Classification)
        {
            if (artifact.ProblemType == ProblemType.MultipleChoice) config["classifier_dropout"] = artifact.Head.Dropout;
            return config;
        }
        config["classifier_dropout"] = artifact.Head.Dropout;
        config["problem_type"] = HuggingFaceConfig.NameOf(artifact.ProblemType);
        JsonObject names = [], ids = [];
        for (int i = 0; i < artifact.Labels.Count; i++)
        {
            names[i.ToString(CultureInfo.InvariantCulture)] = artifact.Labels[i];
            ids[artifact.Labels[i]] = i;
        }
        config["id2label"] = names;
        config["label2id"] = ids;
        return config;
    }

    /// <summary><c>tokenizer_config.json</c>.</summary>
    public static JsonObject TokenizerConfig(ModelArtifact artifact)
    {
        TokenizerSettings settings = artifact.Tokenizer;
        return new JsonObject
        {
            ["tokenizer_class"] = artifact.Encoder.Architecture + "Tokenizer",
            ["do_lower_case"] = settings.LowerCase,
            ["strip_accents"] = settings.StripAccents,
            ["tokenize_chinese_chars"] = settings.SplitChineseCharacters,
            ["model_max_length"] = artifact.MaxLength,
            ["pad_token"] = settings.PadToken,
            ["unk_token"] = settings.UnknownToken,
            ["cls_token"] = settings.ClsToken,
            ["sep_token"] = settings.SepToken,
            ["mask_token"] = settings.MaskToken,
        };
    }

    /// <summary><c>tokenizer.json</c>: the rules that the other file has no words for.</summary>
    public static JsonObject Tokenizer(ModelArtifact artifact)
    {
        TokenizerSettings settings = artifact.Tokenizer;
        JsonObject vocabulary = [];
        for (int i = 0; i < artifact.Vocabulary.Count; i++) vocabulary[artifact.Vocabulary[i]] = i;
        JsonArray added = [];
        string[] special = [settings.PadToken, settings.UnknownToken, settings.ClsToken, settings.SepToken, settings.MaskToken];
        foreach (string token in special.Distinct().Where(vocabulary.ContainsKey).OrderBy(token => (int)vocabulary[token]!))
            added.Add(new JsonObject
            {
                ["id"] = (int)vocabulary[token]!,
                ["content"] = token,
                ["single_word"] = false,
                ["lstrip"] = false,
                ["rstrip"] = false,
                ["normalized"] = false,
                ["special"] = true,
            });
        JsonObject ends = [];
        foreach (string token in (string[])[settings.ClsToken, settings.SepToken])
            ends[token] = new JsonObject { ["id"] = token, ["ids"] = new JsonArray(Id(token)), ["tokens"] = new JsonArray(token) };
        return new JsonObject
        {
            ["version"] = "1.0",
            ["truncation"] = null,
            ["padding"] = null,
            ["added_tokens"] = added,
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
                ["type"] = "TemplateProcessing",
                ["single"] = new JsonArray(Special(settings.ClsToken, 0), Sequence("A", 0), Special(settings.SepToken, 0)),
                ["pair"] = new JsonArray(Special(settings.ClsToken, 0), Sequence("A", 0), Special(settings.SepToken, 0), Sequence("B", 1), Special(settings.SepToken, 1)),
                ["special_tokens"] = ends,
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

        int Id(string token) => vocabulary.TryGetPropertyValue(token, out JsonNode? id)
            ? (int)id!
            : throw new ModelFileException($"The vocabulary has no piece '{token}', which begins or ends every text. Add it to the vocabulary.");

        static JsonObject Special(string token, int type) => new() { ["SpecialToken"] = new JsonObject { ["id"] = token, ["type_id"] = type } };

        static JsonObject Sequence(string id, int type) => new() { ["Sequence"] = new JsonObject { ["id"] = id, ["type_id"] = type } };
    }
}
