using RctOnnx.Onnx;
using RctOnnx.Onnx.HuggingFace;
using RctOnnx.Runtime.Tokenization;
using RctOnnx.Train.Optimization;
using RctOnnx.Train.Settings;
using RctOnnx.Weights;
using RctOnnx.Weights.HuggingFace;

namespace RctOnnx.Train.Bases;

/// <summary>A model to start training from.</summary>
/// <param name="Artifact">Encoder, head and tokenizer with the labels of the task.</param>
/// <param name="KeepsHead">Whether the head is the base's own.</param>
/// <param name="Notes">What a person should know: weights that were drawn anew, heads that were left.</param>
internal sealed record TrainingBase(ModelArtifact Artifact, bool KeepsHead, IReadOnlyList<string> Notes)
{
    /// <summary>
    /// Puts a base together with a head for <paramref name="labels"/>. The base's own head is kept where it is the one that was
    /// asked for and has the same labels in the same order.
    /// </summary>
    /// <exception cref="ModelFileException">The base is missing, damaged or not supported, or the sequence limit is above its positions.</exception>
    /// <param name="settings">Name the base.</param>
    /// <param name="labels">Of the task.</param>
    /// <param name="task">Its name, which a base of several tasks may know; the base's first task takes part where it does not.</param>
    public static TrainingBase Load(TrainSettings settings, IReadOnlyList<string> labels, string? task = null) =>
        Directory.Exists(settings.Base) ? FromFolder(settings, labels) : FromFile(settings, labels, task);

    private static TrainingBase FromFolder(TrainSettings settings, IReadOnlyList<string> labels)
    {
        string folder = settings.Base;
        HuggingFaceConfig config = NextSentence.Named(HuggingFaceConfig.Read(folder));
        TokenizerSource tokenizer = TokenizerFiles.Load(folder);
        IReadOnlyDictionary<string, TensorData> tensors = NextSentence.Renamed(config, CheckpointFolder.ReadTensors(folder, new WeightsOptions { AllowPickle = !settings.NoPickle }));
        bool hasPooler = tensors.Keys.Any(name => name.EndsWith("pooler.dense.weight", StringComparison.Ordinal));
        HeadConfig own = config.Encoder.Architecture == Architecture.Electra
            ? new HeadConfig { Kind = HeadKind.Electra, Pooling = Pooling.Cls }
            : new HeadConfig { Kind = HeadKind.Linear, Pooling = hasPooler ? Pooling.Pooler : Pooling.Cls };
        HeadConfig head = Choose(settings, own, config.ClassifierDropout, config.Encoder.HiddenWidth);
        CheckpointTask? task = CheckpointTask.Of(config);
        bool keep = !settings.NewHead && task?.Problem == settings.Problem && task.Labels.SequenceEqual(labels) && head.Kind == (task.Problem == ProblemType.QuestionAnswering ? HeadKind.Linear : own.Kind);
        ImportedWeights imported = HuggingFaceNames.Import(config.Encoder, head, labels.Count, keep ? tensors : WithoutClassifier(tensors), tokenizer.Vocabulary.Count, settings.Problem);
        List<string> notes = [.. imported.WordTableNote is { } note ? [note] : Array.Empty<string>()];
        if (imported.MissingHead.Count > 0) notes.Add($"Drawn anew from the seed, as '{folder}' has none for these labels: {string.Join(", ", imported.MissingHead)}.");
        if (imported.Ignored.Count > 0) notes.Add($"Not used: {string.Join(", ", imported.Ignored)}.");
        return Complete(settings, keep && imported.MissingHead.Count == 0, notes, new ModelArtifact
        {
            Encoder = imported.Encoder,
            Head = head,
            ProblemType = settings.Problem,
            Labels = labels,
            MaxLength = settings.MaxLength,
            LongText = settings.LongText,
            Document = settings.Documents ? new DocumentRule { SentenceLength = settings.SentenceLength } : null,
            Tokenizer = tokenizer.Settings with { Rule = settings.TextRule ?? tokenizer.Settings.Rule },
            Vocabulary = tokenizer.Vocabulary,
            Weights = imported.Weights,
        });
    }

    private static TrainingBase FromFile(TrainSettings settings, IReadOnlyList<string> labels, string? task)
    {
        ModelArtifact stored = ModelFile.Read(settings.Base).RequireArtifact();
        PairEncoding? pairs = PairStart.EncodingOf(settings);
        bool keepsPairs = stored.PairEncoding is not null && stored.PairEncoding == pairs;
        if (stored.PairEncoding is { IsShared: false } && (!keepsPairs || settings.KeepLayers.Count > 0))
            throw new SettingsException($"'{settings.Base}' has two encoders of their own, {stored.PairEncoding.Combine} combined; the settings ask for {(pairs is null ? "one encoder" : $"{settings.Encoders} ones, {pairs.Combine} combined")} and {(settings.KeepLayers.Count > 0 ? "some" : "all")} layers. Give the same with all layers, or another base.");
        bool isOtherTask = task is not null && stored.Tasks.Count > 1 && stored.Tasks.All(one => one.Name != task); // whose head is none of those in the file
        stored = TaskViews.Alone(stored, stored.Tasks.Any(one => one.Name == task) ? task! : stored.Tasks[0].Name);
        HeadConfig own = stored.Head.Pooling is Pooling.Tokens or Pooling.Masks ? CheckpointTask.Classifier(stored.Encoder.Architecture, stored.Encoder.HiddenDropout) with { Pooling = Pooling.Cls } // a head of another task
            : stored.Head.Kind == HeadKind.None ? stored.Head with { Kind = HeadKind.Linear } : stored.Head;
        HeadConfig head = Choose(settings, own, own.Dropout, stored.Encoder.HiddenWidth);
        HashSet<string> wanted = [.. (keepsPairs ? WeightShapes.OfPairs(stored.Encoder, head, labels.Count, pairs!) : WeightShapes.Of(stored.Encoder, head, labels.Count)).Select(weight => weight.Key)];
        ModelArtifact trained = DitheredWeights.Of(stored, Frozen(settings, wanted, stored.Encoder.LayerCount), settings.Seed);
        bool keep = !settings.NewHead && !isOtherTask && trained.Head.Kind == head.Kind && trained.Head.Pooling == head.Pooling && trained.ProblemType == settings.Problem
            && (trained.Head.HiddenWidths ?? []).SequenceEqual(head.HiddenWidths ?? []) && trained.Labels.SequenceEqual(labels) && trained.PairEncoding == pairs;
        Dictionary<string, TensorData> weights = trained.Weights
            .Where(pair => wanted.Contains(pair.Key) && (keep || !IsHead(pair.Key)))
            .ToDictionary(pair => pair.Key, pair => pair.Value);
        List<string> notes = [keep ? $"The head of '{settings.Base}' is trained further." : $"The head is drawn anew from the seed; '{settings.Base}' gives the encoder."];
        if (trained != stored) notes.Add(DitheredWeights.Note(settings.Base));
        return Complete(settings, keep, notes, trained with
        {
            Head = head,
            ProblemType = settings.Problem,
            Labels = labels,
            PairEncoding = keepsPairs ? pairs : null,
            MaxLength = settings.MaxLength,
            LongText = settings.LongText,
            Document = settings.Documents ? new DocumentRule { SentenceLength = settings.SentenceLength } : null,
            Tokenizer = trained.Tokenizer with { Rule = settings.TextRule ?? trained.Tokenizer.Rule },
            Weights = weights,
            Calibration = new Calibration(),
            Probes = [],
            Proof = null,
            Training = null,
        });
    }

    // Which weights of the file are never trained. Choices are numbers of the layers that are kept, and weights are still those of all: where layers
    // are left out, all count as trained; so they do where a second encoder is made of them, which may be trained while the first is not.
    private static IReadOnlySet<string> Frozen(TrainSettings settings, HashSet<string> names, int layerCount) =>
        settings.UnfreezeEvery is null && settings.KeepLayers.Count == 0 && settings.Encoders != EncoderChoice.Separate
            ? FrozenParameters.Matching(names, settings.Freeze, layerCount) : new HashSet<string>();

    private static TrainingBase Complete(TrainSettings settings, bool keepsHead, IReadOnlyList<string> notes, ModelArtifact artifact)
    {
        if (settings.MaxLength > artifact.Encoder.PositionCount)
            throw new SettingsException($"max-length is {settings.MaxLength}, but '{settings.Base}' has {artifact.Encoder.PositionCount} positions. Lower it, or take an encoder with more positions.");
        artifact = LayerChoice.Keep(artifact, settings.KeepLayers);
        ModelArtifact whole = artifact with { Weights = HeadInitializer.Complete(artifact.Encoder, WeightShapes.Of(artifact), artifact.Weights, unchecked((int)settings.Seed)) };
        if (whole.PairEncoding is null && PairStart.EncodingOf(settings) is { } pairs)
        {
            (whole, keepsHead) = (PairStart.Of(whole, pairs, settings.Seed), false);
            notes = [.. notes, $"Two encoders out of the base ({(pairs.IsShared ? "the same weights" : "weights of their own")}), {pairs.Combine} combined, with a head drawn anew from the seed."];
        }
        ArtifactCheck.Validate(whole);
        return new TrainingBase(whole, keepsHead, notes);
    }

    private static HeadConfig Choose(TrainSettings settings, HeadConfig own, double dropout, int width)
    {
        if (settings.Problem == ProblemType.QuestionAnswering) return CheckpointTask.QuestionHead with { Dropout = settings.HeadDropout ?? 0 };
        HeadConfig head = settings.Head switch
        {
            HeadChoice.Auto => own,
            HeadChoice.Pooler => new HeadConfig { Kind = HeadKind.Linear, Pooling = Pooling.Pooler },
            HeadChoice.Electra => new HeadConfig { Kind = HeadKind.Electra, Pooling = Pooling.Cls },
            HeadChoice.Mean => new HeadConfig { Kind = HeadKind.Linear, Pooling = Pooling.Mean },
            HeadChoice.Mlp => new HeadConfig
            {
                Kind = HeadKind.Mlp,
                Pooling = settings.Pooling ?? own.Pooling,
                HiddenWidths = settings.Hidden.Count > 0 ? settings.Hidden : [width, width],
            },
            HeadChoice.Max => new HeadConfig { Kind = HeadKind.Linear, Pooling = Pooling.Max },
            _ => new HeadConfig { Kind = HeadKind.Linear, Pooling = Pooling.Cls },
        };
        if (settings.Documents) head = head with { Kind = settings.Head == HeadChoice.Auto && head.Kind == HeadKind.None ? HeadKind.Linear : head.Kind, Pooling = Pooling.Separators };
        return head with { Dropout = settings.HeadDropout ?? dropout, IsCumulative = settings.Problem == ProblemType.Ordinal };
    }

    private static readonly string[] HeadPrefixes = ["classifier.", "qa_outputs.", "sequence_summary."];

    private static bool IsHead(string name) => name.StartsWith("head.", StringComparison.Ordinal);

    private static Dictionary<string, TensorData> WithoutClassifier(IReadOnlyDictionary<string, TensorData> tensors) =>
        tensors.Where(pair => !HeadPrefixes.Any(prefix => pair.Key.StartsWith(prefix, StringComparison.Ordinal))).ToDictionary(pair => pair.Key, pair => pair.Value);
}
