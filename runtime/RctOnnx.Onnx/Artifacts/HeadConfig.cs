using System.Text.Json.Serialization;

namespace RctOnnx.Onnx;

/// <summary>How features become logits. Immutable.</summary>
public sealed record HeadConfig
{
    /// <summary>The head.</summary>
    public required HeadKind Kind { get; init; }

    /// <summary>How token states become the head's input.</summary>
    public required Pooling Pooling { get; init; }

    /// <summary>Share of the head's inputs dropped in training.</summary>
    public double Dropout { get; init; } = 0.1;

    /// <summary>Widths of the hidden layers of <see cref="HeadKind.Mlp"/>, from below; null for other heads.</summary>
    public IReadOnlyList<int>? HiddenWidths { get; init; }

    /// <summary>Whether the last layer gives one score that is compared with ordered thresholds: so with <see cref="ProblemType.Ordinal"/> and only there.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsCumulative { get; init; }

    /// <summary>Outputs of the last linear layer for so many labels.</summary>
    public int OutputWidth(int labelCount) => IsCumulative ? 1 : labelCount;
}
