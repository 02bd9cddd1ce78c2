namespace RctOnnx.Data;

/// <summary>How examples are written in a file. All but Parquet are UTF-8 text.</summary>
public enum DataFormat
{
    /// <summary>One text a line, no labels.</summary>
    Text,

    /// <summary>Tab-separated with a header line, read to the letter: quotes are characters like any other.</summary>
    Tsv,

    /// <summary>Comma-separated with a header line and quoting (RFC 4180).</summary>
    Csv,

    /// <summary>Tab-separated with a header line and the quoting of <see cref="Csv"/>, as spreadsheets write it.</summary>
    Tabs,

    /// <summary>Abstracts: a line <c>###ID</c>, lines <c>LABEL⇥sentence</c>, an empty line (PubMed RCT).</summary>
    Rct,

    /// <summary>One JSON object a line.</summary>
    Jsonl,

    /// <summary>A table of Apache Parquet.</summary>
    Parquet,
}
