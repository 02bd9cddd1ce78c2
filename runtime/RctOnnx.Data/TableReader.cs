using System.Globalization;
using System.Text;
using CsvHelper;
using CsvHelper.Configuration;

namespace RctOnnx.Data;

/// <summary>Tables with a header line; columns are found by name.</summary>
internal static class TableReader
{
    private sealed record Columns(int Text, int Label, int Pair, int Group, int Count, IReadOnlyList<KeyValuePair<string, int>>? Flags);

    /// <summary>Tab-separated, read to the letter: PubMed sentences hold lone quotes, which quoting rules would trip over.</summary>
    public static IEnumerable<TextRow> ReadTsv(DataSource source, ColumnNames names, Action<DataException> refuse)
    {
        Columns? columns = null;
        foreach ((long number, string line) in Utf8Lines.Read(source))
        {
            string[] cells = line.Split('\t');
            if (columns is null) columns = Find(source.Name, cells, names);
            else if (line.Length > 0 && Row(source.Name, number, cells, columns, refuse) is { } row) yield return row;
        }
    }

    /// <summary>Separated by commas or tabs, with quotes.</summary>
    public static IEnumerable<TextRow> ReadQuoted(DataSource source, string delimiter, ColumnNames names, Action<DataException> refuse)
    {
        using StreamReader reader = Utf8Lines.Open(source);
        using CsvParser parser = new(reader, new CsvConfiguration(CultureInfo.InvariantCulture) { Mode = CsvMode.RFC4180, Delimiter = delimiter });
        Columns? columns = null;
        long line = 1;
        while (Next(parser, source.Name, line) is { } cells)
        {
            if (columns is null)
            {
                if (cells[0] is ['\ufeff', ..]) cells[0] = cells[0][1..];
                columns = Find(source.Name, cells, names);
            }
            else if (Row(source.Name, line, cells, columns, refuse) is { } row)
            {
                yield return row;
            }
            line = parser.RawRow + 1;
        }
    }

    // Some broken quotes are found when the row is read, others when its cells are taken apart.
    private static string[]? Next(CsvParser parser, string path, long line)
    {
        try
        {
            return parser.Read() ? parser.Record : null;
        }
        catch (DecoderFallbackException e)
        {
            throw Utf8Lines.NotUtf8(path, line, e);
        }
        catch (CsvHelperException e)
        {
            throw new DataException($"'{path}', line {line}: the quoting is broken. A quote inside a quoted cell is written twice.", e);
        }
    }

    private static Columns Find(string path, string[] header, ColumnNames names)
    {
        return new Columns(Index(names.Text), names.Flags is null ? Index(names.Label) : -1, Index(names.Pair), Index(names.Group), header.Length,
            names.Flags?.Select(name => KeyValuePair.Create(name, Index(name))).ToArray());

        int Index(string? name)
        {
            if (name is null) return -1;
            int index = Array.IndexOf(header, name);
            return index >= 0 ? index : throw new DataException($"'{path}' has no column '{name}'; its columns are {string.Join(", ", header.Select(column => $"'{column}'"))}. Name the right one.");
        }
    }

    private static TextRow? Row(string path, long line, string[] cells, Columns columns, Action<DataException> refuse)
    {
        if (cells.Length != columns.Count)
        {
            refuse(new DataException($"'{path}', line {line}: {cells.Length} cells, expected {columns.Count} as in the header."));
            return null;
        }
        if (columns.Flags?.Where(flag => cells[flag.Value] is not ("0" or "1")).ToArray() is [{ } wrong, ..])
        {
            refuse(new DataException($"'{path}', line {line}: the column '{wrong.Key}' holds '{cells[wrong.Value]}', expected 0 or 1."));
            return null;
        }
        return new TextRow
        {
            Text = cells[columns.Text],
            Label = columns.Flags is { } flags
                ? string.Join(LabelSet.Separator, flags.Where(flag => cells[flag.Value] == "1").Select(flag => flag.Key))
                : columns.Label < 0 ? null : cells[columns.Label],
            Pair = columns.Pair < 0 ? null : cells[columns.Pair],
            Group = columns.Group < 0 ? null : cells[columns.Group],
            Source = path,
            Line = line,
        };
    }
}
