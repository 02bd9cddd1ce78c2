namespace RctOnnx.Runtime;

/// <summary>The answer to a question. Immutable.</summary>
public sealed record QuestionAnswer
{
    /// <summary>The best spans, the first one the answer; none where the context has no token or holds no answer.</summary>
    public required IReadOnlyList<AnswerSpan> Spans { get; init; }

    /// <summary>The answer, or null.</summary>
    public AnswerSpan? Best => Spans.Count > 0 ? Spans[0] : null;

    /// <summary>Text of the answer; empty where there is none.</summary>
    public string Text => Best?.Text ?? "";

    /// <summary>Score of [CLS] as first and last token, which stands for "no answer here" in models that were trained so; of the window where it is lowest.</summary>
    public required float NoAnswerScore { get; init; }

    /// <summary>Tokens of question and context, special tokens included.</summary>
    public required int TokenCount { get; init; }

    /// <summary>Those that the model saw; fewer than <see cref="TokenCount"/> only after truncation.</summary>
    public required int UsedTokenCount { get; init; }

    /// <summary>Whether the end of the context was cut off.</summary>
    public bool Truncated => UsedTokenCount < TokenCount;

    /// <summary>Windows in which the context was read; 1 where it fits.</summary>
    public required int WindowCount { get; init; }
}
