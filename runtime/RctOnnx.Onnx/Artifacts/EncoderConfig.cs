namespace RctOnnx.Onnx;

/// <summary>Shape and constants of an encoder. Immutable; checked by <see cref="Validate"/>.</summary>
public sealed record EncoderConfig
{
    /// <summary>The family.</summary>
    public required Architecture Architecture { get; init; }

    /// <summary>Rows of the word embedding table.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>Width of the embeddings; ELECTRA projects to <see cref="HiddenWidth"/> where the two differ.</summary>
    public required int EmbeddingWidth { get; init; }

    /// <summary>Width of the token states.</summary>
    public required int HiddenWidth { get; init; }

    /// <summary>Number of transformer layers.</summary>
    public required int LayerCount { get; init; }

    /// <summary>Attention heads; divides <see cref="HiddenWidth"/>.</summary>
    public required int HeadCount { get; init; }

    /// <summary>Width between the two feed-forward matrices.</summary>
    public required int IntermediateWidth { get; init; }

    /// <summary>Rows of the position table: the longest sequence in tokens.</summary>
    public required int PositionCount { get; init; }

    /// <summary>Rows of the token type table.</summary>
    public int TokenTypeCount { get; init; } = 2;

    /// <summary>Activation of the feed-forward layers.</summary>
    public Activation Activation { get; init; } = Activation.Gelu;

    /// <summary>Added to the variance in every layer normalisation.</summary>
    public double LayerNormEpsilon { get; init; } = 1e-12;

    /// <summary>Share of hidden values dropped in training.</summary>
    public double HiddenDropout { get; init; } = 0.1;

    /// <summary>Share of attention probabilities dropped in training.</summary>
    public double AttentionDropout { get; init; } = 0.1;

    /// <summary>Standard deviation of newly initialised weights.</summary>
    public double InitializerRange { get; init; } = 0.02;

    /// <summary>Width of one attention head.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public int HeadWidth => HiddenWidth / HeadCount;

    /// <summary>True where embeddings are projected to the hidden width.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool HasEmbeddingProjection => EmbeddingWidth != HiddenWidth;

    /// <summary>Throws <see cref="ModelFileException"/> that lists every fault together.</summary>
    public void Validate()
    {
        List<string> faults = [];
        Positive(VocabularySize, nameof(VocabularySize));
        Positive(EmbeddingWidth, nameof(EmbeddingWidth));
        Positive(HiddenWidth, nameof(HiddenWidth));
        Positive(LayerCount, nameof(LayerCount));
        Positive(HeadCount, nameof(HeadCount));
        Positive(IntermediateWidth, nameof(IntermediateWidth));
        Positive(PositionCount, nameof(PositionCount));
        Positive(TokenTypeCount, nameof(TokenTypeCount));
        if (HeadCount > 0 && HiddenWidth % HeadCount != 0)
            faults.Add($"{nameof(HiddenWidth)} {HiddenWidth} is not divisible by {nameof(HeadCount)} {HeadCount}");
        if (Architecture == Architecture.Bert && HasEmbeddingProjection)
            faults.Add($"BERT has embeddings of the hidden width, found {EmbeddingWidth} against {HiddenWidth}");
        if (!(LayerNormEpsilon > 0 && LayerNormEpsilon < 1))
            faults.Add($"{nameof(LayerNormEpsilon)} is {LayerNormEpsilon}, expected a number between 0 and 1");
        Share(HiddenDropout, nameof(HiddenDropout));
        Share(AttentionDropout, nameof(AttentionDropout));
        if (faults.Count > 0)
            throw new ModelFileException($"The encoder configuration is not usable: {string.Join("; ", faults)}. Correct config.json.");

        void Positive(int value, string name)
        {
            if (value <= 0) faults.Add($"{name} is {value}, expected a positive number");
        }

        void Share(double value, string name)
        {
            if (!(value >= 0 && value < 1)) faults.Add($"{name} is {value}, expected at least 0 and below 1");
        }
    }
}
