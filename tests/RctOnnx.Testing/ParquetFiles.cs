using Parquet;
using Parquet.Schema;

namespace RctOnnx.Testing;

/// <summary>Parquet files for tests.</summary>
public static class ParquetFiles
{
    /// <summary>Writes columns that may hold nulls.</summary>
    /// <param name="path">The file.</param>
    /// <param name="rowsPerGroup">Rows of a row group; the last may be smaller.</param>
    /// <param name="columns">Names and values: texts, lists of texts, or numbers, booleans and times (nullable or not).</param>
    public static void Write(string path, int rowsPerGroup, params (string Name, Array Values)[] columns) => WriteAsync(path, rowsPerGroup, columns).GetAwaiter().GetResult();

    private static async Task WriteAsync(string path, int rowsPerGroup, (string Name, Array Values)[] columns)
    {
        await using FileStream file = File.Create(path);
        Field[] fields = [.. columns.Select(column => FieldOf(column.Name, column.Values))];
        await using ParquetWriter writer = await ParquetWriter.CreateAsync(new ParquetSchema(fields), file);
        for (int start = 0; start < columns[0].Values.Length; start += rowsPerGroup)
        {
            int count = Math.Min(rowsPerGroup, columns[0].Values.Length - start);
            using ParquetRowGroupWriter group = writer.CreateRowGroup();
            foreach ((Field field, Array values) in fields.Zip(columns, (field, column) => (field, column.Values)))
            {
                Array part = Array.CreateInstance(values.GetType().GetElementType()!, count);
                Array.Copy(values, start, part, 0, count);
                await (field is ListField list ? WriteListsAsync(group, list, (string[][])part) : WriteAsync(group, (DataField)field, part));
            }
        }
    }

    private static Field FieldOf(string name, Array values) => values switch
    {
        string[][] => new ListField(name, new DataField<string>("element")),
        _ => new DataField(name, values.GetType().GetElementType()!),
    };

    private static Task WriteAsync(ParquetRowGroupWriter group, DataField field, Array values) => values switch
    {
        string[] texts => group.WriteAsync(field, texts),
        byte[][] bytes => group.WriteAsync(field, bytes),
        int[] numbers => group.WriteAsync<int>(field, numbers),
        int?[] numbers => group.WriteAsync<int>(field, numbers),
        long[] numbers => group.WriteAsync<long>(field, numbers),
        byte[] numbers => group.WriteAsync<byte>(field, numbers),
        float[] numbers => group.WriteAsync<float>(field, numbers),
        double[] numbers => group.WriteAsync<double>(field, numbers),
        double?[] numbers => group.WriteAsync<double>(field, numbers),
        bool[] flags => group.WriteAsync<bool>(field, flags),
        bool?[] flags => group.WriteAsync<bool>(field, flags),
        DateTime[] times => group.WriteAsync<DateTime>(field, times),
        _ => throw new ArgumentException($"Columns of {values.GetType()} are not written here.", nameof(values)),
    };

    // Levels (Dremel): 0 a null list, 1 an empty one, 2 an entry that is null, 3 an entry; repetition 1 for all entries of a list but the first.
    private static Task WriteListsAsync(ParquetRowGroupWriter group, ListField field, string[][] lists)
    {
        List<int> definition = [], repetition = [];
        foreach (string[]? list in lists)
        {
            if (list is null or []) definition.Add(list is null ? 0 : 1);
            else definition.AddRange(list.Select(entry => entry is null ? 2 : 3));
            for (int i = 0; i < Math.Max(1, list?.Length ?? 0); i++) repetition.Add(Math.Min(i, 1));
        }
        ReadOnlyMemory<char>[] entries = [.. lists.Where(list => list is not null).SelectMany(list => list).Where(entry => entry is not null).Select(entry => entry.AsMemory())];
        return group.WriteAllPartsAsync<ReadOnlyMemory<char>>((DataField)field.Item, entries, new ReadOnlyMemory<int>([.. definition]), new ReadOnlyMemory<int>([.. repetition]), default);
    }
}
