namespace RctOnnx.Data;

/// <summary>Reads examples row by row, in constant memory. A row that breaks a rule ends the reading with its file and line.</summary>
public static class TextDataset
{
    /// <summary>The format by the file's extension: .tsv, .csv, .jsonl (.ndjson); .txt by its first line, <c>###</c> meaning RCT.</summary>
    /// <exception cref="DataException">The file is missing or the extension is not known.</exception>
    public static DataFormat FormatOf(string path)
    {
        switch (Path.GetExtension(path).ToLowerInvariant())
        {
            case ".tsv": return DataFormat.Tsv;
            case ".csv": return DataFormat.Csv;
            case ".jsonl" or ".ndjson": return DataFormat.Jsonl;
            case ".txt":
                foreach ((_, string line) in Utf8Lines.Read(path))
                    if (line.Length > 0) return line.StartsWith("###", StringComparison.Ordinal) ? DataFormat.Rct : DataFormat.Text;
                throw new DataException($"'{path}' is empty; expected examples.");
            default:
                throw new DataException($"The format of '{path}' cannot be told from its name; known are .tsv, .csv, .jsonl and .txt. Name the format.");
        }
    }

    /// <summary>The examples of a file.</summary>
    /// <exception cref="DataException">The file is missing, empty, not UTF-8, lacks a column, or has a row that breaks the format.</exception>
    public static IEnumerable<TextRow> Read(string path, DataFormat? format = null, ColumnNames? columns = null)
    {
        columns ??= new ColumnNames();
        DataFormat known = format ?? FormatOf(path);
        IEnumerable<TextRow> rows = known switch
        {
            DataFormat.Text => Utf8Lines.Read(path).Select(line => new TextRow { Text = line.Text, Source = path, Line = line.Number }),
            DataFormat.Tsv => TableReader.ReadTsv(path, columns),
            DataFormat.Csv => TableReader.ReadCsv(path, columns),
            DataFormat.Rct => RctReader.Read(path),
            DataFormat.Jsonl => JsonlReader.Read(path, columns),
            _ => throw new DataException($"The data format {known} is not known; known are {string.Join(", ", Enum.GetNames<DataFormat>())}."),
        };
        return NotEmpty(path, rows);
    }

    private static IEnumerable<TextRow> NotEmpty(string path, IEnumerable<TextRow> rows)
    {
        bool any = false;
        foreach (TextRow row in rows)
        {
            any = true;
            yield return row;
        }
        if (!any) throw new DataException($"'{path}' holds no examples.");
    }
}
