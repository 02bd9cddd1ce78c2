namespace RctOnnx.Runtime;

/// <summary>Which of several texts goes with a prompt. Immutable.</summary>
public sealed record ChoiceAnswer
{
    /// <summary>Place of the chosen text in the list that was given, from 0; the first of equal scores.</summary>
    public required int Index { get; init; }

    /// <summary>The chosen text.</summary>
    public required string Text { get; init; }

    /// <summary>Its score.</summary>
    public float Score => Scores[Index];

    /// <summary>Scores in the order of the texts: the softmax of their logits, so that they add up to 1.</summary>
    public required IReadOnlyList<float> Scores { get; init; }

    /// <summary>The model's raw outputs in the order of the texts.</summary>
    public required IReadOnlyList<float> Logits { get; init; }

    /// <summary>Whether the end of the prompt or of a text was cut off.</summary>
    public required bool Truncated { get; init; }
}
