using Parquet;
using Parquet.Schema;

namespace RctOnnx.Data;

/// <summary>A column of a Parquet file that holds one value, or one list of values, a row.</summary>
internal sealed class ParquetField
{
    private static readonly Type Text = typeof(ReadOnlyMemory<char>);

    private static readonly HashSet<Type> Values =
    [
        Text, typeof(bool), typeof(sbyte), typeof(byte), typeof(short), typeof(ushort), typeof(int), typeof(uint), typeof(long), typeof(ulong),
        typeof(float), typeof(double), typeof(decimal),
    ];

    private readonly DataField _field;

    private ParquetField(string name, DataField field, int entryLevel) => (Name, _field, EntryLevel) = (name, field, entryLevel);

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>The definition level from which on a list has an entry; one below it the list is empty, further below it is null. 0 for single values.</summary>
    public int EntryLevel { get; }

    /// <summary>The definition level of a value that is not null.</summary>
    public int ValueLevel => _field.MaxDefinitionLevel;

    /// <summary>Whether a row has a list of values.</summary>
    public bool IsList => _field.MaxRepetitionLevel > 0;

    /// <summary>Finds a column by its name.</summary>
    /// <param name="path">What messages call the file.</param>
    /// <param name="schema">The file's columns.</param>
    /// <param name="name">The column's name.</param>
    /// <param name="isText">Whether it must hold one text a row; else numbers, booleans and lists will do.</param>
    /// <exception cref="DataException">There is no such column, or it holds something else.</exception>
    public static ParquetField Find(string path, ParquetSchema schema, string name, bool isText)
    {
        Field field = schema.Fields.FirstOrDefault(one => one.Name == name)
            ?? throw new DataException($"'{path}' has no column '{name}'; its columns are {string.Join(", ", schema.Fields.Select(one => $"'{one.Name}'"))}. Name the right one.");
        ParquetField? found = field switch
        {
            DataField { IsArray: true } data => new ParquetField(name, data, data.MaxDefinitionLevel),
            DataField data => new ParquetField(name, data, 0),
            ListField { Item: DataField { IsArray: false } item } list => new ParquetField(name, item, list.MaxDefinitionLevel),
            _ => null,
        };
        string expected = isText ? "a text in every row" : "a text, a number, true or false, or a list of those in every row";
        return found is not null && Values.Contains(found._field.ClrType) && (!isText || (found._field.ClrType == Text && !found.IsList))
            ? found
            : throw new DataException($"'{path}': the column '{name}' holds {Describe(field, found)}, expected {expected}. Write the column anew, or name another one.");
    }

    /// <summary>The column's values of one row group.</summary>
    public async Task<ParquetColumn> ReadAsync(ParquetRowGroupReader group) => new(this, await group.ReadRawColumnDataBaseAsync(_field).ConfigureAwait(false));

    private static string Describe(Field field, ParquetField? found)
    {
        if (found is null) return $"a nested {field.SchemaType.ToString().ToLowerInvariant()}";
        Type type = found._field.ClrType;
        string one = type == Text ? "String" : type == typeof(ReadOnlyMemory<byte>) ? "Binary" : type.Name;
        return found.IsList ? $"lists of {one}" : $"values of the type {one}";
    }
}
