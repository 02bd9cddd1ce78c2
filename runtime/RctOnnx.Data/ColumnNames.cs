namespace RctOnnx.Data;

/// <summary>Names of the columns (TSV, CSV, Parquet) or properties (JSONL) that hold an example. Immutable.</summary>
public sealed record ColumnNames
{
    /// <summary>The text; must be there.</summary>
    public string Text { get; init; } = "text";

    /// <summary>The label; null for data without labels.</summary>
    public string? Label { get; init; } = "label";

    /// <summary>Columns or properties of 0 and 1, one a label, that take the place of <see cref="Label"/> where a text can have several; null for none.</summary>
    public IReadOnlyList<string>? Flags { get; init; }

    /// <summary>The second text of a pair; null for single texts.</summary>
    public string? Pair { get; init; }

    /// <summary>What must stay together in a split; null for nothing.</summary>
    public string? Group { get; init; }
}
