using RctOnnx.Onnx;

namespace RctOnnx.Testing;

/// <summary>Small models with seeded random weights: enough to compare two ways of computing the same thing.</summary>
public static class RandomModels
{
    /// <summary>A vocabulary of the special tokens, the letters and a few words.</summary>
    public static IReadOnlyList<string> Vocabulary { get; } =
        ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", .. Enumerable.Range('a', 26).Select(c => ((char)c).ToString()),
            .. Enumerable.Range('a', 26).Select(c => "##" + (char)c), "patients", "were", "the", "results", ".", ","];

    /// <summary>How texts can be pooled; models that answer for tokens do not.</summary>
    public static IEnumerable<Pooling> TextPoolings => Enum.GetValues<Pooling>().Where(pooling => pooling is not (Pooling.Separators or Pooling.Tokens or Pooling.Masks));

    /// <summary>Heads of pooled texts, and none.</summary>
    public static IEnumerable<HeadKind> TextHeads => Enum.GetValues<HeadKind>().Where(head => head != HeadKind.MaskedLm);

    /// <summary>What logits of texts can mean.</summary>
    public static IEnumerable<ProblemType> TextProblems => [ProblemType.SingleLabel, ProblemType.MultiLabel, ProblemType.Regression, ProblemType.Ordinal];

    /// <summary>A model that answers questions.</summary>
    public static ModelArtifact Questions(Architecture architecture = Architecture.Bert, int embedding = 0, int seed = 1) =>
        Create(architecture, Pooling.Tokens, problem: ProblemType.QuestionAnswering, labelCount: 2, embedding: embedding, seed: seed) with { LongText = LongTextPolicy.Window };

    /// <summary>A model that chooses.</summary>
    public static ModelArtifact Choices(Architecture architecture = Architecture.Bert, int seed = 1) =>
        Create(architecture, architecture == Architecture.Bert ? Pooling.Pooler : Pooling.Cls, architecture == Architecture.Bert ? HeadKind.Linear : HeadKind.Electra, problem: ProblemType.MultipleChoice, labelCount: 1, seed: seed);

    /// <summary>A masked language model.</summary>
    public static ModelArtifact Masks(Architecture architecture = Architecture.Bert, int embedding = 0, int seed = 1) =>
        Create(architecture, Pooling.Masks, HeadKind.MaskedLm, problem: ProblemType.MaskedLm, embedding: embedding, seed: seed);

    /// <summary>A model of the given shape; weights are uniform in ±0.3 around 0, or around 1 for normalisation weights.</summary>
    public static ModelArtifact Create(
        Architecture architecture = Architecture.Bert, Pooling pooling = Pooling.Cls, HeadKind head = HeadKind.Linear,
        Activation activation = Activation.Gelu, ProblemType problem = ProblemType.SingleLabel, int labelCount = 3,
        int hidden = 24, int heads = 3, int layers = 2, int embedding = 0, int seed = 1, double temperature = 1)
    {
        EncoderConfig encoder = new()
        {
            Architecture = architecture,
            VocabularySize = Vocabulary.Count,
            EmbeddingWidth = embedding == 0 ? hidden : embedding,
            HiddenWidth = hidden,
            LayerCount = layers,
            HeadCount = heads,
            IntermediateWidth = 2 * hidden,
            PositionCount = 64,
            Activation = activation,
        };
        HeadConfig headConfig = new()
        {
            Kind = head,
            Pooling = pooling,
            HiddenWidths = head == HeadKind.Mlp ? [hidden + 5, 7] : null,
            IsCumulative = problem == ProblemType.Ordinal && head != HeadKind.None,
        };
        string[] labels = head is HeadKind.None or HeadKind.MaskedLm ? [] : [.. Enumerable.Range(0, labelCount).Select(i => $"label {i}")];
        Random random = new(seed);
        Dictionary<string, TensorData> weights = [];
        foreach ((string name, long[] shape) in WeightShapes.Of(encoder, headConfig, labels.Length))
        {
            float center = name.Contains("norm.weight", StringComparison.Ordinal) ? 1 : 0;
            float[] values = new float[shape.Aggregate(1L, (a, b) => a * b)];
            for (int i = 0; i < values.Length; i++) values[i] = center + (random.NextSingle() - 0.5f) * 0.6f;
            weights[name] = TensorData.FromFloats(values, shape);
        }
        return new ModelArtifact
        {
            Encoder = encoder,
            Head = headConfig,
            ProblemType = problem,
            Labels = labels,
            MaxLength = 64,
            Document = pooling == Pooling.Separators ? new DocumentRule { SentenceLength = 20, Overlap = 2 } : null,
            Tokenizer = new TokenizerSettings { LowerCase = true },
            Vocabulary = Vocabulary,
            Weights = weights,
            Calibration = new Calibration { Temperature = temperature },
        };
    }

    /// <summary>A model of four tasks, one of each problem, with heads of several kinds over the same features.</summary>
    public static ModelArtifact SeveralTasks(Pooling pooling = Pooling.Mean, int hidden = 24, int heads = 3, int embedding = 0, Architecture architecture = Architecture.Bert) => TaskViews.Joined(
    [
        KeyValuePair.Create("sections", Create(architecture, pooling, temperature: 1.3, hidden: hidden, heads: heads, embedding: embedding)),
        KeyValuePair.Create("topics", Create(architecture, pooling, HeadKind.Mlp, problem: ProblemType.MultiLabel, labelCount: 2, hidden: hidden, heads: heads, embedding: embedding, seed: 2) with { Calibration = new Calibration { Thresholds = [0.4, 0.6] } }),
        KeyValuePair.Create("grades", Create(architecture, pooling, HeadKind.Electra, problem: ProblemType.Ordinal, labelCount: 4, hidden: hidden, heads: heads, embedding: embedding, seed: 3)),
        KeyValuePair.Create("value", Create(architecture, pooling, problem: ProblemType.Regression, labelCount: 1, hidden: hidden, heads: heads, embedding: embedding, seed: 4)),
    ]);

    /// <summary>A model that reads pairs by two encoders.</summary>
    public static ModelArtifact Pairs(
        FeatureCombination combine, bool shared, Pooling pooling = Pooling.Mean, HeadKind head = HeadKind.Linear, ProblemType problem = ProblemType.SingleLabel, int labelCount = 3,
        Architecture architecture = Architecture.Bert, int embedding = 0)
    {
        ModelArtifact first = Create(architecture, pooling, head, problem: problem, labelCount: labelCount, embedding: embedding), second = Create(architecture, pooling, head, problem: problem, labelCount: labelCount, embedding: embedding, seed: 2);
        PairEncoding pairs = new() { Combine = combine, IsShared = shared };
        Dictionary<string, TensorData> weights = first.Weights.Where(pair => !pair.Key.StartsWith("head.", StringComparison.Ordinal)).ToDictionary();
        if (!shared)
            foreach ((string name, TensorData weight) in second.Weights.Where(pair => weights.ContainsKey(pair.Key)).ToArray()) weights.Add(TensorNames.Second + name, weight);
        Random random = new(3);
        foreach ((string name, long[] shape) in WeightShapes.OfHead(pairs.FeatureWidth(first.Encoder.HiddenWidth), first.Head, labelCount))
            weights.Add(name, TensorData.FromFloats([.. Enumerable.Range(0, (int)shape.Aggregate(1L, (a, b) => a * b)).Select(_ => (random.NextSingle() - 0.5f) * 0.6f)], shape));
        return first with { PairEncoding = pairs, Weights = weights };
    }
}
