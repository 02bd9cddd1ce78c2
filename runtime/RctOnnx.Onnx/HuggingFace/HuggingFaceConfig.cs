using System.Text.Json;

namespace RctOnnx.Onnx.HuggingFace;

/// <summary>What a Hugging Face <c>config.json</c> of a BERT or ELECTRA model says. Unknown values are refused by name.</summary>
public sealed record HuggingFaceConfig
{
    /// <summary>The encoder.</summary>
    public required EncoderConfig Encoder { get; init; }

    /// <summary>Names by index, from <c>id2label</c>; empty if the file names none.</summary>
    public required IReadOnlyList<string> Labels { get; init; }

    /// <summary>From <c>problem_type</c>; without it one label means regression and several mean single label, as in transformers.</summary>
    public required ProblemType ProblemType { get; init; }

    /// <summary>Dropout before the classifier: <c>classifier_dropout</c>, or that of the hidden layers.</summary>
    public required double ClassifierDropout { get; init; }

    /// <summary>First entry of <c>architectures</c>, or null.</summary>
    public string? ArchitectureName { get; init; }

    private static readonly Dictionary<string, Activation> Activations = new()
    {
        ["gelu"] = Activation.Gelu,
        ["gelu_new"] = Activation.GeluTanh,
        ["gelu_pytorch_tanh"] = Activation.GeluTanh,
        ["relu"] = Activation.Relu,
    };

    private static readonly Dictionary<string, ProblemType> ProblemTypes = new()
    {
        ["single_label_classification"] = ProblemType.SingleLabel,
        ["multi_label_classification"] = ProblemType.MultiLabel,
        ["regression"] = ProblemType.Regression,
    };

    private static readonly Dictionary<string, Architecture> Architectures = new()
    {
        ["bert"] = Architecture.Bert,
        ["electra"] = Architecture.Electra,
    };

    /// <summary>Reads <c>config.json</c> of a folder.</summary>
    /// <exception cref="ModelFileException">The file is missing, is no JSON, or holds a value that is not supported.</exception>
    public static HuggingFaceConfig Read(string folder)
    {
        string path = Path.Combine(folder, "config.json");
        if (!File.Exists(path)) throw new ModelFileException($"'{path}' is not there. A checkpoint folder holds config.json, weights and a vocabulary.");
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
            return Read(new ConfigValues(document.RootElement, path));
        }
        catch (JsonException e)
        {
            throw new ModelFileException($"'{path}' is not valid JSON: {e.Message}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelFileException($"'{path}' cannot be read: {e.Message}", e);
        }
    }

    private static HuggingFaceConfig Read(ConfigValues values)
    {
        values.Refuse("is_decoder", false);
        values.Refuse("add_cross_attention", false);
        if (values.FirstOf("architectures") is { } name) RefuseOtherHeads(values, name);
        Architecture architecture = values.OneOf("model_type", Architectures);
        if (values.Text("position_embedding_type") is { } positions and not "absolute")
            throw values.Fault($"position_embedding_type is '{positions}', supported is 'absolute'");
        int hidden = values.Number("hidden_size");
        IReadOnlyList<string> labels = values.Labels();
        EncoderConfig encoder = new()
        {
            Architecture = architecture,
            VocabularySize = values.Number("vocab_size"),
            EmbeddingWidth = architecture == Architecture.Electra ? values.Number("embedding_size") : hidden,
            HiddenWidth = hidden,
            LayerCount = values.Number("num_hidden_layers"),
            HeadCount = values.Number("num_attention_heads"),
            IntermediateWidth = values.Number("intermediate_size"),
            PositionCount = values.Number("max_position_embeddings"),
            TokenTypeCount = values.Number("type_vocab_size", 2),
            Activation = values.OneOf("hidden_act", Activations),
            LayerNormEpsilon = values.Real("layer_norm_eps", 1e-12),
            HiddenDropout = values.Real("hidden_dropout_prob", 0.1),
            AttentionDropout = values.Real("attention_probs_dropout_prob", 0.1),
            InitializerRange = values.Real("initializer_range", 0.02),
        };
        encoder.Validate();
        return new HuggingFaceConfig
        {
            Encoder = encoder,
            Labels = labels,
            ProblemType = values.Text("problem_type") is null
                ? labels.Count == 1 ? ProblemType.Regression : ProblemType.SingleLabel
                : values.OneOf("problem_type", ProblemTypes),
            ClassifierDropout = values.Real("classifier_dropout", encoder.HiddenDropout),
            ArchitectureName = values.FirstOf("architectures"),
        };
    }

    // Settings of heads that have one value here.
    private static void RefuseOtherHeads(ConfigValues values, string architecture)
    {
        if (architecture.EndsWith("ForMaskedLM", StringComparison.Ordinal) || architecture == "BertForPreTraining") values.Refuse("tie_word_embeddings", true);
        if (architecture != "ElectraForMultipleChoice") return;
        foreach ((string key, string expected) in new[] { ("summary_type", "first"), ("summary_activation", "gelu") })
            if (values.Text(key) is { } found && found != expected) throw values.Fault($"{key} is '{found}', supported is '{expected}'");
        values.Refuse("summary_use_proj", true);
    }

    /// <summary>The name that config.json uses for an activation.</summary>
    public static string NameOf(Activation activation) => Activations.First(pair => pair.Value == activation).Key;

    /// <summary>The name that config.json uses for a problem type.</summary>
    public static string NameOf(ProblemType problem) => ProblemTypes.First(pair => pair.Value == problem).Key;

    /// <summary>The name that config.json uses for an architecture.</summary>
    public static string NameOf(Architecture architecture) => Architectures.First(pair => pair.Value == architecture).Key;
}
