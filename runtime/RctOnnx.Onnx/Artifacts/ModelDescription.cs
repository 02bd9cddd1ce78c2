using System.Text.Json.Nodes;

namespace RctOnnx.Onnx;

/// <summary>Everything about a model but its weights: what they are for, and what texts go in and labels come out. Immutable.</summary>
public record ModelDescription
{
    /// <summary>The encoder.</summary>
    public required EncoderConfig Encoder { get; init; }

    /// <summary>The head.</summary>
    public required HeadConfig Head { get; init; }

    /// <summary>What the logits mean.</summary>
    public required ProblemType ProblemType { get; init; }

    /// <summary>Label names by index; the number of logits. Empty only without a head.</summary>
    public required IReadOnlyList<string> Labels { get; init; }

    /// <summary>Name of the task of <see cref="Head"/>, <see cref="ProblemType"/>, <see cref="Labels"/> and <see cref="Calibration"/>; null unless there are <see cref="MoreTasks"/>.</summary>
    public string? TaskName { get; init; }

    /// <summary>Further tasks over the same features; empty for a model of one task.</summary>
    public IReadOnlyList<TaskDescription> MoreTasks { get; init; } = [];

    /// <summary>All tasks, the first one described by the members above; of a model of one task that one, without a name.</summary>
    public IReadOnlyList<TaskDescription> Tasks =>
        [new TaskDescription { Name = TaskName ?? "", Head = Head, ProblemType = ProblemType, Labels = Labels, Calibration = Calibration }, .. MoreTasks];

    /// <summary>Logits of all tasks: those of the first task come first.</summary>
    public int LogitCount => Labels.Count + MoreTasks.Sum(task => task.Labels.Count);

    /// <summary>Longest sequence in tokens, special tokens included; at most <see cref="EncoderConfig.PositionCount"/>.</summary>
    public required int MaxLength { get; init; }

    /// <summary>What happens to longer texts unless the caller says otherwise.</summary>
    public LongTextPolicy LongText { get; init; } = LongTextPolicy.Truncate;

    /// <summary>How documents become rows; null for models of single texts and pairs.</summary>
    public DocumentRule? Document { get; init; }

    /// <summary>How pairs are read by two encoders; null where one reads both texts together.</summary>
    public PairEncoding? PairEncoding { get; init; }

    /// <summary>Tokenizer rules.</summary>
    public required TokenizerSettings Tokenizer { get; init; }

    /// <summary>WordPiece vocabulary; the index is the id.</summary>
    public required IReadOnlyList<string> Vocabulary { get; init; }

    /// <summary>
    /// Largest absolute whole number of int8 linear layers: <see cref="ModelQuantizer.SafeLimit"/>, which no processor saturates
    /// at, unless 127 was asked for.
    /// </summary>
    public int WeightLimit { get; init; } = ModelQuantizer.SafeLimit;

    /// <summary>Temperature and thresholds.</summary>
    public Calibration Calibration { get; init; } = new();

    /// <summary>Texts with their answers, checked at load.</summary>
    public IReadOnlyList<Probe> Probes { get; init; } = [];

    /// <summary>Evidence of the export, if there is one.</summary>
    public Proof? Proof { get; init; }

    /// <summary>How it was trained: data hash, settings, seed, versions, metrics. Free-form JSON object.</summary>
    public JsonObject? Training { get; init; }

    /// <summary>Numbers of one answer: labels, pieces of the vocabulary, or, without a head, features.</summary>
    public int AnswerWidth => Head.Kind switch
    {
        HeadKind.None => Encoder.HiddenWidth,
        HeadKind.MaskedLm => Encoder.VocabularySize,
        _ => LogitCount,
    };

    /// <summary>Whether a text has an answer for many of its tokens and not one in all.</summary>
    public bool IsPerToken => Head.Pooling is Pooling.Separators or Pooling.Tokens or Pooling.Masks;

    /// <summary>Whether graphs turn logits of a problem type into probabilities: not for values, nor where other tokens or pairs are in the sum.</summary>
    public static bool HasProbabilities(ProblemType problem) => problem is ProblemType.SingleLabel or ProblemType.MultiLabel or ProblemType.Ordinal;
}
