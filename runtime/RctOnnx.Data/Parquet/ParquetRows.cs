using Parquet;
using Parquet.Schema;

namespace RctOnnx.Data;

/// <summary>
/// Apache Parquet: columns by name, row group by row group, of which the columns that are asked for are held in memory at a time. A label is a text,
/// a number, a boolean, or a list of those.
/// </summary>
internal static class ParquetRows
{
    public static IEnumerable<TextRow> Read(DataSource source, ColumnNames names, Action<DataException> refuse)
    {
        using Stream stream = source.Open();
        if (!stream.CanSeek) throw new DataException($"'{source.Name}' is no file, and Parquet is read from its end. Save it as a file and name that.");
        ParquetReader reader = Try(source.Name, null, () => Wait(ParquetReader.CreateAsync(stream, leaveStreamOpen: true)));
        try
        {
            string[] flags = [.. names.Flags ?? []], texts = [.. Given(names.Text), .. Given(names.Pair)];
            string[] used = [.. texts.Concat(flags.Length > 0 ? flags : Given(names.Label)).Concat(Given(names.Group)).Distinct()];
            ParquetSchema schema = Try(source.Name, null, () => reader.Schema);
            ParquetField[] fields = [.. used.Select(name => ParquetField.Find(source.Name, schema, name, isText: texts.Contains(name)))];
            long number = 0;
            for (int group = 0; group < reader.RowGroupCount; group++)
            {
                long first = number + 1;
                ParquetRowGroupReader rows = Try(source.Name, first, () => reader.OpenRowGroupReader(group));
                List<ParquetColumn> columns = [];
                try
                {
                    foreach (ParquetField field in fields) columns.Add(Try(source.Name, first, () => Wait(field.ReadAsync(rows))));
                    for (long end = number + Try(source.Name, first, () => rows.RowCount); number < end;)
                    {
                        number++;
                        string?[] cells = Try(source.Name, number, () => columns.ConvertAll(column => column.Next()).ToArray());
                        if (Row(source.Name, number, cells, used, names, refuse) is { } row) yield return row;
                    }
                    if (columns.Find(column => !column.IsFinished) is { } longer) throw Damaged(source.Name, first, $"the column '{longer.Name}' has more values than its row group has rows", null);
                }
                finally
                {
                    foreach (ParquetColumn column in columns) column.Dispose();
                }
            }
        }
        finally
        {
            reader.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }

    private static TextRow? Row(string path, long number, string?[] cells, string[] used, ColumnNames names, Action<DataException> refuse)
    {
        int missing = Array.IndexOf(cells, null);
        if (missing >= 0)
        {
            refuse(new DataException($"'{path}', row {number}: '{used[missing]}' is null or not a number, expected a value. Fill it in, or leave the row out."));
            return null;
        }
        if (names.Flags?.Where(name => Cell(name) is not ("0" or "1" or "true" or "false")).ToArray() is [{ } wrong, ..])
        {
            refuse(new DataException($"'{path}', row {number}: the column '{wrong}' holds '{Cell(wrong)}', expected 0 or 1, or true or false. Mend the row, or name other columns."));
            return null;
        }
        return new TextRow
        {
            Text = Cell(names.Text)!,
            Label = names.Flags is { } flags ? string.Join(LabelSet.Separator, flags.Where(name => Cell(name) is "1" or "true")) : Cell(names.Label),
            Pair = Cell(names.Pair),
            Group = Cell(names.Group),
            Source = path,
            Line = number,
            CountsRows = true,
        };

        string? Cell(string? name) => name is null ? null : cells[Array.IndexOf(used, name)];
    }

    private static string[] Given(string? name) => name is null ? [] : [name];

    // The library has asynchronous methods alone; nothing is gained by them here, where rows are asked for one by one.
    private static T Wait<T>(Task<T> work) => work.GetAwaiter().GetResult();

    // On damaged bytes the library fails with whatever it stumbles over, so that every kind of exception has the same meaning.
    private static T Try<T>(string path, long? row, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception e) when (e is not DataException)
        {
            throw Damaged(path, row, e.Message.TrimEnd('.'), e);
        }
    }

    private static DataException Damaged(string path, long? row, string reason, Exception? inner) =>
        new($"'{path}'{(row is null ? "" : $", from row {row} on")}: cannot be read as Parquet ({reason}). The file is damaged or of a kind that is not supported; write it anew, or as JSONL.", inner);
}
