namespace RctOnnx.Data;

/// <summary>Reads examples row by row, in constant memory (Parquet: that of a row group). A row that breaks a rule ends the reading with its file and line, unless somebody takes such rows.</summary>
public static class TextDataset
{
    /// <summary>The format by the file's extension: .tsv, .csv, .jsonl (.ndjson), .parquet; .txt by its first line, <c>###</c> meaning RCT.</summary>
    /// <exception cref="DataException">The file is missing or the extension is not known.</exception>
    public static DataFormat FormatOf(string path)
    {
        switch (Path.GetExtension(path).ToLowerInvariant())
        {
            case ".tsv": return DataFormat.Tsv;
            case ".csv": return DataFormat.Csv;
            case ".jsonl" or ".ndjson": return DataFormat.Jsonl;
            case ".parquet": return DataFormat.Parquet;
            case ".txt":
                foreach ((_, string line) in Utf8Lines.Read(DataSource.File(path)))
                    if (line.Length > 0) return line.StartsWith("###", StringComparison.Ordinal) ? DataFormat.Rct : DataFormat.Text;
                throw new DataException($"'{path}' is empty; expected examples.");
            default:
                DataSource.OpenFile(path).Dispose(); // a path that is wrong altogether is told first
                throw new DataException($"The format of '{path}' cannot be told from its name; known are .tsv, .csv, .jsonl, .parquet and .txt. Name the format.");
        }
    }

    /// <summary>Opens a data file, to be read with <see cref="Read(Stream, string, DataFormat, ColumnNames?)"/> while its position is watched.</summary>
    /// <exception cref="DataException">The file is missing, is a folder, or cannot be read.</exception>
    public static FileStream Open(string path) => DataSource.OpenFile(path);

    /// <summary>The examples of a file.</summary>
    /// <exception cref="DataException">The file is missing, empty, not UTF-8, lacks a column, or has a row that breaks the format.</exception>
    public static IEnumerable<TextRow> Read(string path, DataFormat? format = null, ColumnNames? columns = null) =>
        Read(path, format, columns, End);

    /// <summary>The good examples of a file; a row that breaks the format is handed to <paramref name="onBadRow"/>, and the reading goes on.</summary>
    /// <exception cref="DataException">The file is missing, empty, not UTF-8, lacks a column, or its quoting is broken.</exception>
    public static IEnumerable<TextRow> Read(string path, DataFormat? format, ColumnNames? columns, Action<DataException> onBadRow) =>
        Rows(DataSource.File(path), format ?? FormatOf(path), columns ?? new ColumnNames(), onBadRow);

    /// <summary>The examples of a stream, which is read once and closed at the end.</summary>
    /// <param name="stream">UTF-8 text, or a Parquet file that can be read in any order.</param>
    /// <param name="name">What messages and <see cref="TextRow.Source"/> call it.</param>
    /// <param name="format">How examples are written.</param>
    /// <param name="columns">Names of the columns or properties.</param>
    /// <exception cref="DataException">The stream is empty, not UTF-8, lacks a column, or has a row that breaks the format.</exception>
    public static IEnumerable<TextRow> Read(Stream stream, string name, DataFormat format, ColumnNames? columns = null) =>
        Rows(new DataSource(name, () => stream), format, columns ?? new ColumnNames(), End);

    private static void End(DataException badRow) => throw badRow;

    private static IEnumerable<TextRow> Rows(DataSource source, DataFormat format, ColumnNames columns, Action<DataException> onBadRow) => NotEmpty(source.Name, format switch
    {
        DataFormat.Text => Utf8Lines.Read(source).Select(line => new TextRow { Text = line.Text, Source = source.Name, Line = line.Number }),
        DataFormat.Tsv => TableReader.ReadTsv(source, columns, onBadRow),
        DataFormat.Csv => TableReader.ReadQuoted(source, ",", columns, onBadRow),
        DataFormat.Tabs => TableReader.ReadQuoted(source, "\t", columns, onBadRow),
        DataFormat.Rct => RctReader.Read(source, onBadRow),
        DataFormat.Jsonl => JsonlReader.Read(source, columns, onBadRow),
        DataFormat.Parquet => ParquetRows.Read(source, columns, onBadRow),
        _ => throw new DataException($"The data format {format} is not known; known are {string.Join(", ", Enum.GetNames<DataFormat>())}."),
    });

    private static IEnumerable<TextRow> NotEmpty(string name, IEnumerable<TextRow> rows)
    {
        bool any = false;
        foreach (TextRow row in rows)
        {
            any = true;
            yield return row;
        }
        if (!any) throw new DataException($"'{name}' holds no examples.");
    }
}
