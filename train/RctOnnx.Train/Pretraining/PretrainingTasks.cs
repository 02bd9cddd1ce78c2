using RctOnnx.Onnx;
using static TorchSharp.torch;

namespace RctOnnx.Train.Pretraining;

/// <summary>The task of a run with its model, weights filled.</summary>
internal static class PretrainingTasks
{
    // ELECTRA's authors mask less of what they choose, and put no random pieces there: the generator does that.
    private const double RtdHiddenShare = 0.85;

    /// <summary>Builds it on a device.</summary>
    /// <exception cref="ModelFileException">A weight of the base has no place.</exception>
    public static IPretrainingTask Create(PretrainSettings settings, PretrainingBase start, Device device, PretrainingTexts texts)
    {
        ModelArtifact encoder = start.Encoder;
        MaskingOptions masking = new() { Share = settings.MaskShare, WholeWords = !settings.MaskPieces };
        if (settings.Task == PretrainingTask.Rtd) masking = masking with { HiddenShare = RtdHiddenShare, RandomShare = 0 };
        PretrainingBatches batches = new(settings, texts, new Masker(encoder.Vocabulary, encoder.Tokenizer, masking));
        EncoderConfig trained = encoder.Encoder with { HiddenDropout = settings.Dropout, AttentionDropout = settings.Dropout };
        return settings.Task == PretrainingTask.Rtd
            ? new ReplacedTokenTask(settings, ReplacedTokens(settings, start, trained, device), device, texts, batches)
            : new MaskedLanguageTask(MaskedLanguage(settings, start, trained, device), device, texts, batches);
    }

    private static MaskedLanguageModel MaskedLanguage(PretrainSettings settings, PretrainingBase start, EncoderConfig config, Device device)
    {
        MaskedLanguageModel model = new(config, start.Encoder.Head.Pooling, settings.Precision);
        if (start.Encoder.Weights.Count == 0) model.Encoder.Initialize(settings.Seed);
        else model.Encoder.LoadWeights(start.Encoder.Weights);
        model.InitializeHead(settings.Seed + 1);
        if (start.Head is { } head)
            model.LoadWeights(model.Encoder.ReadWeights().Concat(head).ToDictionary(pair => pair.Key, pair => pair.Value));
        model.To(device);
        return model;
    }

    private static ReplacedTokenModel ReplacedTokens(PretrainSettings settings, PretrainingBase start, EncoderConfig config, Device device)
    {
        ReplacedTokenModel model = new(config, start.Encoder.Head.Pooling, settings.GeneratorShare, settings.Precision);
        model.Initialize(settings.Seed);
        if (start.Encoder.Weights.Count > 0) model.Encoder.LoadWeights(start.Encoder.Weights);
        if (start.Head is { } head) model.LoadHead(head);
        model.To(device);
        return model;
    }
}
