using System.Text.Json;

namespace RctOnnx.Onnx;

/// <summary>The parts of a model that the metadata holds as JSON, read member by member.</summary>
internal static class MetadataParts
{
    public static HeadConfig Head(JsonMembers members)
    {
        HeadConfig head = new() { Kind = Name<HeadKind>(members, "kind"), Pooling = Name<Pooling>(members, "pooling") };
        return members.End(head with
        {
            Dropout = members.Double("dropout", head.Dropout),
            HiddenWidths = members.Has("hidden_widths") ? members.Int32s("hidden_widths") : null,
            IsCumulative = members.Bool("is_cumulative", head.IsCumulative),
        });
    }

    public static EncoderConfig Encoder(JsonMembers members)
    {
        EncoderConfig encoder = new()
        {
            Architecture = Name<Architecture>(members, "architecture"),
            VocabularySize = members.Int32("vocabulary_size"),
            EmbeddingWidth = members.Int32("embedding_width"),
            HiddenWidth = members.Int32("hidden_width"),
            LayerCount = members.Int32("layer_count"),
            HeadCount = members.Int32("head_count"),
            IntermediateWidth = members.Int32("intermediate_width"),
            PositionCount = members.Int32("position_count"),
        };
        return members.End(encoder with
        {
            TokenTypeCount = members.Int32("token_type_count", encoder.TokenTypeCount),
            Activation = members.Has("activation") ? Name<Activation>(members, "activation") : encoder.Activation,
            LayerNormEpsilon = members.Double("layer_norm_epsilon", encoder.LayerNormEpsilon),
            HiddenDropout = members.Double("hidden_dropout", encoder.HiddenDropout),
            AttentionDropout = members.Double("attention_dropout", encoder.AttentionDropout),
            InitializerRange = members.Double("initializer_range", encoder.InitializerRange),
        });
    }

    public static TokenizerSettings Tokenizer(JsonMembers members)
    {
        TokenizerSettings settings = new() { LowerCase = members.Bool("lower_case") };
        return members.End(settings with
        {
            StripAccents = members.Has("strip_accents") ? members.Bool("strip_accents") : null,
            SplitChineseCharacters = members.Bool("split_chinese_characters", settings.SplitChineseCharacters),
            CleanText = members.Bool("clean_text", settings.CleanText),
            PadToken = members.Text("pad_token", settings.PadToken),
            UnknownToken = members.Text("unknown_token", settings.UnknownToken),
            ClsToken = members.Text("cls_token", settings.ClsToken),
            SepToken = members.Text("sep_token", settings.SepToken),
            MaskToken = members.Text("mask_token", settings.MaskToken),
            ContinuationPrefix = members.Text("continuation_prefix", settings.ContinuationPrefix),
            LongestWord = members.Int32("longest_word", settings.LongestWord),
            Rule = members.Has("rule") ? Name<TextRule>(members, "rule") : settings.Rule,
        });
    }

    public static Calibration Calibration(JsonMembers members)
    {
        Calibration calibration = new();
        return members.End(calibration with
        {
            Temperature = members.Double("temperature", calibration.Temperature),
            Thresholds = members.Has("thresholds") ? members.Doubles("thresholds") : null,
        });
    }

    public static TaskDescription Task(JsonMembers members) => members.End(new TaskDescription
    {
        Name = members.Text("name"),
        Head = Head(members.Object("head")),
        ProblemType = Name<ProblemType>(members, "problem_type"),
        Labels = members.Texts("labels"),
        Calibration = Calibration(members.Object("calibration")),
    });

    public static DocumentRule Document(JsonMembers members) => members.End(new DocumentRule { SentenceLength = members.Int32("sentence_length"), Overlap = members.Int32("overlap") });

    public static PairEncoding PairEncoding(JsonMembers members) => members.End(new PairEncoding { Combine = Name<FeatureCombination>(members, "combine"), IsShared = members.Bool("is_shared") });

    public static Probe Probe(JsonMembers members) => members.End(new Probe(members.Text("text"), members.Int32s("ids"), members.Singles("logits"))
    {
        Pair = members.Has("pair") ? members.Text("pair") : null,
        PairIds = members.Has("pair_ids") ? members.Int32s("pair_ids") : null,
    });

    public static Proof Proof(JsonMembers members) => members.End(new Proof
    {
        LargestDifference = members.Double("largest_difference"),
        Tolerance = members.Double("tolerance"),
        LabelAgreement = members.Double("label_agreement"),
        TextCount = members.Int32("text_count"),
        PairCount = members.Int32("pair_count", 0),
        Shapes = members.Texts("shapes"),
        OptimizationLevels = members.Texts("optimization_levels"),
        Dialects = members.Texts("dialects"),
        Versions = members.Map("versions"),
    });

    private static T Name<T>(JsonMembers members, string name) where T : struct, Enum
    {
        string text = members.Text(name);
        foreach (T value in Enum.GetValues<T>())
            if (JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString()) == text) return value;
        throw new JsonException($"'{name}' is '{text}', expected one of {string.Join(", ", Enum.GetValues<T>().Select(value => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString())))}");
    }
}
