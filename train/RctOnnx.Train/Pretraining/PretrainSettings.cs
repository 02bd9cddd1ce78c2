using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using RctOnnx.Data;
using RctOnnx.Onnx;
using RctOnnx.Train.Modules;
using RctOnnx.Train.Settings;

namespace RctOnnx.Train.Pretraining;

/// <summary>Everything that decides about a pre-training run. Immutable.</summary>
internal sealed record PretrainSettings
{
    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false) },
    };

    /// <summary>Vocabulary of a new encoder, one piece a line; null with <see cref="Base"/>.</summary>
    public string? Vocabulary { get; init; }

    /// <summary>Encoder to go on from: a Hugging Face folder or a model file of ours; null for a new one.</summary>
    public string? Base { get; init; }

    /// <summary>Texts.</summary>
    public IReadOnlyList<string> Input { get; init; } = [];

    /// <summary>Column or property of the text in the files that have columns.</summary>
    public string TextColumn { get; init; } = "text";

    /// <summary>Form of the texts' files; null tells it by their names.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] // so that runs of builds without it can be resumed
    public DataFormat? DataFormat { get; init; }

    /// <summary>Data files whose texts must not be learnt.</summary>
    public IReadOnlyList<string> Exclude { get; init; } = [];

    /// <summary>Folder of the run.</summary>
    public string Output { get; init; } = "";

    /// <summary>What is learnt.</summary>
    public PretrainingTask Task { get; init; } = PretrainingTask.Mlm;

    /// <summary>Width of the generator of <see cref="PretrainingTask.Rtd"/> as a share of the encoder's; 1/4 to 1/2 did best for ELECTRA's authors.</summary>
    public double GeneratorShare { get; init; } = 0.25;

    /// <summary>Family of a new encoder.</summary>
    public Architecture Architecture { get; init; } = Architecture.Bert;

    /// <summary>Width of a new ELECTRA's embeddings, which may be narrower than its states; null is <see cref="Hidden"/>.</summary>
    public int? Embedding { get; init; }

    /// <summary>Layers of a new encoder.</summary>
    public int Layers { get; init; } = 4;

    /// <summary>Width of a new encoder.</summary>
    public int Hidden { get; init; } = 128;

    /// <summary>Attention heads of a new encoder.</summary>
    public int Heads { get; init; } = 4;

    /// <summary>Feed-forward width of a new encoder.</summary>
    public int Intermediate { get; init; } = 512;

    /// <summary>Standard deviation of a new encoder's weights. Narrow encoders want more than BERT's 0.02, which is for a width of 768: with less their attention takes thousands of steps to wake.</summary>
    public double InitializerRange { get; init; } = 0.06;

    /// <summary>A new encoder keeps capital letters and accents apart.</summary>
    public bool Cased { get; init; }

    /// <summary>How a classifier will pool the encoder unless told otherwise; null takes the base's own, or the mean for a new one, whose [CLS] state has learnt nothing.</summary>
    public Pooling? Pooling { get; init; }

    /// <summary>Tokens of a block, [CLS] and [SEP] included; also the positions of a new encoder.</summary>
    public int MaxLength { get; init; } = 128;

    /// <summary>Every text begins a block of its own, as it will in a classifier, in place of full blocks that run on over texts. Blocks are then short, which wakes the attention of a small encoder much sooner.</summary>
    public bool SeparateTexts { get; init; }

    /// <summary>Blocks of a batch.</summary>
    public int Batch { get; init; } = 32;

    /// <summary>Steps of the run; null with <see cref="Minutes"/>.</summary>
    public int? Steps { get; init; }

    /// <summary>Minutes of the run, which then ends in time on any machine but is not repeated bit by bit; null with <see cref="Steps"/>.</summary>
    public double? Minutes { get; init; }

    /// <summary>Highest learning rate.</summary>
    public double LearningRate { get; init; } = 5e-4;

    /// <summary>Share of the run in which the learning rate rises.</summary>
    public double WarmupShare { get; init; } = 0.06;

    /// <summary>Weight decay of all but biases and normalisations.</summary>
    public double WeightDecay { get; init; } = 0.01;

    /// <summary>Largest gradient norm.</summary>
    public double MaxGradientNorm { get; init; } = 1;

    /// <summary>Dropout while pre-training; none, as short runs see a text about once. The encoder's own setting for fine-tuning stays.</summary>
    public double Dropout { get; init; }

    /// <summary>Share of a block's pieces to name.</summary>
    public double MaskShare { get; init; } = 0.15;

    /// <summary>Hide pieces one by one; otherwise a word is hidden with all its pieces.</summary>
    public bool MaskPieces { get; init; }

    /// <summary>Share of the documents kept for the perplexity.</summary>
    public double HeldOutShare { get; init; } = 0.01;

    /// <summary>Steps between checkpoints, each with the perplexity on what is held out.</summary>
    public int EvaluateEvery { get; init; } = 500;

    /// <summary>In what numbers the products of training run.</summary>
    public Precision Precision { get; init; } = Precision.Fp32;

    /// <summary>Where to train.</summary>
    public DeviceChoice Device { get; init; } = DeviceChoice.Auto;

    /// <summary>Threads of the processor; null takes all.</summary>
    public int? Threads { get; init; }

    /// <summary>Of everything drawn at random.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>What the training loop needs to know.</summary>
    [JsonIgnore]
    public LoopSettings Loop => new()
    {
        Epochs = 1,
        Steps = Steps,
        Minutes = Minutes,
        Batch = Batch,
        LearningRate = LearningRate,
        WarmupShare = WarmupShare,
        WeightDecay = WeightDecay,
        MaxGradientNorm = MaxGradientNorm,
        Seed = Seed,
        EvaluateEvery = EvaluateEvery,
        LowerIsBetter = true,
        Hash = Hash(),
    };

    /// <summary>All settings as indented JSON.</summary>
    public string ToText() => JsonSerializer.Serialize(this, Json);

    /// <summary>SHA-256 over the settings that decide about the numbers; texts and weights have hashes of their own.</summary>
    public string Hash() => Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(
        this with { Vocabulary = null, Base = null, Input = [], Exclude = [], Output = "", Threads = null, EvaluateEvery = 1 }, Json)));

    /// <summary>Throws <see cref="SettingsException"/> that lists every fault together.</summary>
    public void Validate()
    {
        List<string> faults = [];
        if (Vocabulary is null == Base is null) faults.Add("give either --vocabulary, for a new encoder, or --base, to go on from one");
        if (Input.Count == 0) faults.Add("no --input: name at least one file of texts");
        if (Output.Length == 0) faults.Add("no --output: name a folder for the run");
        if (Steps is null == Minutes is null) faults.Add("give either --steps or --minutes");
        foreach ((int value, string name) in ((int, string)[])[(Layers, "layers"), (Hidden, "hidden"), (Heads, "heads"), (Embedding ?? 1, "embedding"), (Intermediate, "intermediate"), (Batch, "batch"), (EvaluateEvery, "evaluate-every"), (Steps ?? 1, "steps"), (Threads ?? 1, "threads")])
            if (value < 1) faults.Add($"{name} is {value}, expected at least 1");
        if (Heads > 0 && Hidden % Heads != 0) faults.Add($"hidden is {Hidden}, which {Heads} heads do not divide");
        if (MaxLength < 8) faults.Add($"max-length is {MaxLength}, expected at least 8");
        foreach ((double? value, string name) in ((double?, string)[])[(Minutes, "minutes"), (InitializerRange, "initializer-range"), (LearningRate, "learning-rate"), (MaxGradientNorm, "max-gradient-norm")])
            if (value is { } number && !(number > 0 && double.IsFinite(number))) faults.Add($"{name} is {number}, expected a positive number");
        foreach ((double value, string name) in ((double, string)[])[(WarmupShare, "warmup-share"), (Dropout, "dropout"), (HeldOutShare, "held-out-share")])
            if (!(value >= 0 && value < 1)) faults.Add($"{name} is {value}, expected at least 0 and below 1");
        if (!(GeneratorShare > 0 && GeneratorShare <= 1)) faults.Add($"generator-share is {GeneratorShare}, expected above 0 and at most 1");
        if (Architecture == Architecture.Bert && Base is null)
        {
            if (Embedding is { } width && width != Hidden) faults.Add($"embedding is {width} beside a hidden width of {Hidden}: BERT's are the same; take --architecture electra");
            if (Task == PretrainingTask.Rtd) faults.Add("task rtd for a new BERT: replaced token detection is ELECTRA's; take --architecture electra");
        }
        if (Base is not null && (Embedding is not null || Architecture != Architecture.Bert)) faults.Add("architecture and embedding are for a new encoder: a base has its own");
        if (!(MaskShare > 0 && MaskShare < 1)) faults.Add($"mask-share is {MaskShare}, expected above 0 and below 1");
        if (!(WeightDecay >= 0 && double.IsFinite(WeightDecay))) faults.Add($"weight-decay is {WeightDecay}, expected 0 or more");
        if (Pooling == Onnx.Pooling.Separators) faults.Add("pooling is separators, which belongs to trained document models; expected cls, mean, max or pooler");
        if (Pooling == Onnx.Pooling.Pooler && Base is null) faults.Add("pooling is pooler, which this task does not train; expected cls, mean or max for a new encoder");
        if (faults.Count > 0) throw new SettingsException($"The settings cannot be used: {string.Join("; ", faults)}.");
    }
}
