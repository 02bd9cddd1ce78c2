using RctOnnx.Onnx;
using RctOnnx.Onnx.HuggingFace;

namespace RctOnnx.Weights.HuggingFace;

/// <summary>What a checkpoint was fine-tuned for, by the architecture that its config.json names.</summary>
/// <param name="Problem">What its logits mean.</param>
/// <param name="Labels">Their names.</param>
/// <param name="Head">The head that gives them.</param>
public sealed record CheckpointTask(ProblemType Problem, IReadOnlyList<string> Labels, HeadConfig Head)
{
    internal const string Classification = "ForSequenceClassification";
    private const string Questions = "ForQuestionAnswering", Choices = "ForMultipleChoice", Masks = "ForMaskedLM", Pretraining = "BertForPreTraining";

    /// <summary>Endings of architecture names that <see cref="Of"/> knows.</summary>
    public static IReadOnlyList<string> Endings { get; } = [Classification, NextSentence.Suffix, Questions, Choices, Masks];

    /// <summary>The labels of a model that answers questions: its two logits of a token.</summary>
    public static IReadOnlyList<string> SpanLabels { get; } = ["start", "end"];

    /// <summary>The label of a model that chooses: its one logit of a pair.</summary>
    public static IReadOnlyList<string> ChoiceLabels { get; } = ["choice"];

    /// <summary>The task; null for an encoder alone and for architectures that are not known. Without a name it is a text classifier.</summary>
    /// <param name="config">As <see cref="HuggingFaceConfig.Read(string)"/> gives it.</param>
    public static CheckpointTask? Of(HuggingFaceConfig config)
    {
        if (NextSentence.Is(config)) return new(ProblemType.SingleLabel, NextSentence.Labels, Classifier(config.Encoder.Architecture, config.ClassifierDropout));
        return config.ArchitectureName switch
        {
            null => Texts(config),
            var name when name.EndsWith(Classification, StringComparison.Ordinal) => Texts(config),
            var name when name.EndsWith(Questions, StringComparison.Ordinal) => new(ProblemType.QuestionAnswering, SpanLabels, QuestionHead),
            var name when name.EndsWith(Choices, StringComparison.Ordinal) => new(ProblemType.MultipleChoice, ChoiceLabels, Classifier(config.Encoder.Architecture, config.ClassifierDropout)),
            var name when name.EndsWith(Masks, StringComparison.Ordinal) || name == Pretraining => new(ProblemType.MaskedLm, [], MaskHead),
            _ => null,
        };
    }

    /// <summary>The head that transformers puts on an encoder for labels of texts, and with one label for choices.</summary>
    public static HeadConfig Classifier(Architecture architecture, double dropout) => architecture == Architecture.Bert
        ? new HeadConfig { Kind = HeadKind.Linear, Pooling = Pooling.Pooler, Dropout = dropout }
        : new HeadConfig { Kind = HeadKind.Electra, Pooling = Pooling.Cls, Dropout = dropout };

    /// <summary>The head that answers questions: a linear layer over every token, without dropout.</summary>
    public static HeadConfig QuestionHead { get; } = new() { Kind = HeadKind.Linear, Pooling = Pooling.Tokens, Dropout = 0 };

    /// <summary>The head that names what stands behind masks.</summary>
    public static HeadConfig MaskHead { get; } = new() { Kind = HeadKind.MaskedLm, Pooling = Pooling.Masks, Dropout = 0 };

    /// <summary>The ending of the architecture's name for a model.</summary>
    internal static string SuffixOf(ModelArtifact artifact) => artifact.ProblemType switch
    {
        _ when artifact.Head.Kind == HeadKind.None => "Model",
        ProblemType.QuestionAnswering => Questions,
        ProblemType.MultipleChoice => Choices,
        ProblemType.MaskedLm => Masks,
        _ => Classification,
    };

    private static CheckpointTask Texts(HuggingFaceConfig config) => new(config.ProblemType, config.Labels, Classifier(config.Encoder.Architecture, config.ClassifierDropout));
}
