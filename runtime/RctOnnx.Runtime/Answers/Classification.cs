namespace RctOnnx.Runtime;

/// <summary>The answer for one text or pair. Immutable.</summary>
public sealed record Classification
{
    /// <summary>The label of the highest score (the first one of equal scores); for regression the name of the first value.</summary>
    public required string Label { get; init; }

    /// <summary>Score of <see cref="Label"/>: softmax for single label and ordinal, sigmoid for multi label, the value itself for regression.</summary>
    public required float Score { get; init; }

    /// <summary>
    /// Scores by falling score, equal ones in the order of the model's labels; the first k where the options ask for k. For
    /// regression all values in the model's order.
    /// </summary>
    public required IReadOnlyList<LabelScore> Scores { get; init; }

    /// <summary>Multi label: the labels whose score reaches their threshold, in the model's order, maybe none. Otherwise <see cref="Label"/> alone.</summary>
    public required IReadOnlyList<string> Labels { get; init; }

    /// <summary>The model's raw outputs by label index, before temperature; the mean over windows where there are several.</summary>
    public required IReadOnlyList<float> Logits { get; init; }

    /// <summary>Tokens of the whole text, special tokens included.</summary>
    public required int TokenCount { get; init; }

    /// <summary>Tokens that the model saw; fewer than <see cref="TokenCount"/> only after truncation.</summary>
    public required int UsedTokenCount { get; init; }

    /// <summary>Whether the end of the text was cut off.</summary>
    public required bool Truncated { get; init; }

    /// <summary>Windows whose scores were averaged; 1 for a text within the limit.</summary>
    public required int WindowCount { get; init; }
}
