using RctOnnx.Onnx;
using RctOnnx.Onnx.HuggingFace;
using RctOnnx.Runtime.Tokenization;
using RctOnnx.Train.Bases;
using RctOnnx.Weights;
using RctOnnx.Weights.HuggingFace;

namespace RctOnnx.Train.Pretraining;

/// <summary>What a run starts from.</summary>
/// <param name="Encoder">The encoder without a head; its weights are empty for a new one, which draws them from the seed.</param>
/// <param name="Head">Weights of the task's head; null draws them from the seed.</param>
internal sealed record PretrainingBase(ModelArtifact Encoder, IReadOnlyDictionary<string, TensorData>? Head)
{
    /// <summary>A new encoder over a vocabulary, or one that was trained before.</summary>
    /// <param name="settings">Of the run.</param>
    /// <param name="tell">Is told what a person should know about the base.</param>
    /// <exception cref="ModelFileException">The vocabulary or the base is missing, damaged or not supported.</exception>
    /// <exception cref="SettingsException">The blocks are longer than the base has positions.</exception>
    public static PretrainingBase Load(PretrainSettings settings, Action<string> tell)
    {
        PretrainingBase start = settings.Base is not { } path ? New(settings) : Directory.Exists(path) ? FromFolder(path, settings, tell) : FromFile(path, settings, tell);
        if (settings.Task == PretrainingTask.Rtd && start.Encoder.Encoder.Architecture != Architecture.Electra)
            throw new SettingsException($"task is rtd, but '{settings.Base}' is a BERT; replaced token detection is ELECTRA's. Take --task mlm, or an ELECTRA discriminator.");
        int positions = start.Encoder.Encoder.PositionCount;
        if (settings.MaxLength > positions)
            throw new SettingsException($"max-length is {settings.MaxLength}, but '{settings.Base}' has {positions} positions. Lower it, or take an encoder with more positions.");
        return start;
    }

    private static PretrainingBase New(PretrainSettings settings)
    {
        IReadOnlyList<string> pieces = VocabularyFile(settings.Vocabulary!);
        EncoderConfig encoder = new()
        {
            Architecture = settings.Architecture,
            VocabularySize = pieces.Count,
            EmbeddingWidth = settings.Embedding ?? settings.Hidden,
            HiddenWidth = settings.Hidden,
            LayerCount = settings.Layers,
            HeadCount = settings.Heads,
            IntermediateWidth = settings.Intermediate,
            PositionCount = settings.MaxLength,
            InitializerRange = settings.InitializerRange,
        };
        return new PretrainingBase(Headless(encoder, settings.Pooling ?? Pooling.Mean, settings, new TokenizerSettings { LowerCase = !settings.Cased }, pieces, new Dictionary<string, TensorData>()), null);
    }

    private static PretrainingBase FromFolder(string folder, PretrainSettings settings, Action<string> tell)
    {
        HuggingFaceConfig config = HuggingFaceConfig.Read(folder);
        TokenizerSource tokenizer = TokenizerFiles.Load(folder);
        IReadOnlyDictionary<string, TensorData> tensors = CheckpointFolder.ReadTensors(folder);
        bool hasPooler = tensors.Keys.Any(name => name.EndsWith("pooler.dense.weight", StringComparison.Ordinal));
        Pooling pooling = settings.Pooling ?? (hasPooler ? Pooling.Pooler : Pooling.Cls);
        if (pooling == Pooling.Pooler && !hasPooler)
            throw new ModelFileException($"'{folder}' has no pooler; expected one of cls, mean or max for --pooling.");
        HeadConfig head = new() { Kind = HeadKind.None, Pooling = pooling };
        Dictionary<string, TensorData> own = tensors.Where(pair => !pair.Key.StartsWith("classifier.", StringComparison.Ordinal)).ToDictionary(pair => pair.Key, pair => pair.Value);
        ImportedWeights imported = HuggingFaceNames.Import(config.Encoder, head, 0, own, tokenizer.Vocabulary.Count);
        if (imported.WordTableNote is { } note) tell(note);
        return new PretrainingBase(
            Headless(imported.Encoder, pooling, settings, tokenizer.Settings, tokenizer.Vocabulary, imported.Weights),
            settings.Task == PretrainingTask.Rtd ? DetectionHead.Import(tensors) : MaskedHeadWeights.Import(config.Encoder, tensors, imported.UnreachableRows));
    }

    private static PretrainingBase FromFile(string path, PretrainSettings settings, Action<string> tell)
    {
        ModelArtifact stored = ModelFile.Read(path).RequireArtifact();
        ModelArtifact trained = DitheredWeights.Of(stored, new HashSet<string>(), settings.Seed);
        if (trained != stored) tell(DitheredWeights.Note(path));
        if (trained.PairEncoding is { IsShared: false }) tell($"'{path}' reads pairs by two encoders: training goes on from that of the first text.");
        Pooling pooling = settings.Pooling ?? (trained.IsPerToken ? Pooling.Cls : trained.Head.Pooling); // answers for tokens are a matter of the head
        if (pooling == Pooling.Pooler && trained.Head.Pooling != Pooling.Pooler)
            throw new ModelFileException($"'{path}' has no pooler; expected one of cls, mean or max for --pooling.");
        HashSet<string> wanted = [.. WeightShapes.Of(trained.Encoder, new HeadConfig { Kind = HeadKind.None, Pooling = pooling }, 0).Select(weight => weight.Key)];
        Dictionary<string, TensorData> weights = trained.Weights.Where(pair => wanted.Contains(pair.Key)).ToDictionary(pair => pair.Key, pair => pair.Value);
        return new PretrainingBase(Headless(trained.Encoder, pooling, settings, trained.Tokenizer, trained.Vocabulary, weights), settings.Task == PretrainingTask.Mlm ? MaskedHeadWeights.Of(trained) : null);
    }

    private static ModelArtifact Headless(EncoderConfig encoder, Pooling pooling, PretrainSettings settings, TokenizerSettings tokenizer, IReadOnlyList<string> vocabulary, IReadOnlyDictionary<string, TensorData> weights) => new()
    {
        Encoder = encoder,
        Head = new HeadConfig { Kind = HeadKind.None, Pooling = pooling },
        ProblemType = ProblemType.SingleLabel,
        Labels = [],
        MaxLength = settings.MaxLength,
        Tokenizer = tokenizer,
        Vocabulary = vocabulary,
        Weights = weights,
    };

    private static IReadOnlyList<string> VocabularyFile(string path)
    {
        if (!File.Exists(path)) throw new ModelFileException($"The vocabulary '{path}' is not there. Make one: rctonnx-train vocabulary --input TEXTS --output {path}");
        string[] pieces = File.ReadAllLines(path);
        int empty = Array.IndexOf(pieces, "");
        return empty < 0 ? pieces : throw new ModelFileException($"The vocabulary '{path}' has an empty line {empty + 1}; expected one piece a line.");
    }
}
