namespace RctOnnx.Data;

/// <summary>One example, and where it stands.</summary>
public sealed record TextRow
{
    /// <summary>The text; can be empty.</summary>
    public required string Text { get; init; }

    /// <summary>The second text of a pair, or null.</summary>
    public string? Pair { get; init; }

    /// <summary>The label as written; null where the data has none. Several labels of one text are joined by <c>|</c>.</summary>
    public string? Label { get; init; }

    /// <summary>What must stay together in a split, for example the id of the abstract; null where nothing is said.</summary>
    public string? Group { get; init; }

    /// <summary>The file.</summary>
    public required string Source { get; init; }

    /// <summary>The line in the file on which the example starts, or its row, from 1.</summary>
    public required long Line { get; init; }

    /// <summary>Whether <see cref="Line"/> counts rows: a Parquet file has no lines.</summary>
    public bool CountsRows { get; init; }

    /// <summary>Where the example stands, as messages name it.</summary>
    public string Place => PlaceOf(Source, Line, CountsRows);

    /// <summary>How messages name a place.</summary>
    internal static string PlaceOf(string source, long line, bool countsRows) => $"'{source}', {(countsRows ? "row" : "line")} {line}";
}
