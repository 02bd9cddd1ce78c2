namespace RctOnnx.Data;

/// <summary>Names of the columns (TSV, CSV) or properties (JSONL) that hold an example. Immutable.</summary>
public sealed record ColumnNames
{
    /// <summary>The text; must be there.</summary>
    public string Text { get; init; } = "text";

    /// <summary>The label; null for data without labels.</summary>
    public string? Label { get; init; } = "label";

    /// <summary>The second text of a pair; null for single texts.</summary>
    public string? Pair { get; init; }

    /// <summary>What must stay together in a split; null for nothing.</summary>
    public string? Group { get; init; }
}
