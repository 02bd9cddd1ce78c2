using System.Globalization;
using Parquet.Data;

namespace RctOnnx.Data;

/// <summary>The values of a column in one row group, row after row, as text.</summary>
internal sealed class ParquetColumn : IDisposable
{
    private readonly ParquetField _field;
    private readonly RawColumnData _data;
    private readonly Func<int, string?> _valueAt;
    private readonly int _valueCount;
    private int _entry; // of levels, which stand for nulls and empty lists too
    private int _value; // of values, where nulls have no place

    /// <param name="field">The column.</param>
    /// <param name="data">Its values; disposed with this.</param>
    public ParquetColumn(ParquetField field, RawColumnData data)
    {
        (_field, _data) = (field, data);
        (_valueAt, _valueCount) = data switch
        {
            RawColumnData<ReadOnlyMemory<char>> texts => ((Func<int, string?>)(i => texts.Values[i].ToString()), texts.Values.Length),
            RawColumnData<bool> flags => (i => flags.Values[i] ? "true" : "false", flags.Values.Length),
            // Writers put NaN where a table had nothing.
            RawColumnData<float> numbers => (i => float.IsNaN(numbers.Values[i]) ? null : Invariant(numbers.Values[i]), numbers.Values.Length),
            RawColumnData<double> numbers => (i => double.IsNaN(numbers.Values[i]) ? null : Invariant(numbers.Values[i]), numbers.Values.Length),
            RawColumnData<decimal> numbers => Numbers(numbers),
            RawColumnData<sbyte> numbers => Numbers(numbers),
            RawColumnData<byte> numbers => Numbers(numbers),
            RawColumnData<short> numbers => Numbers(numbers),
            RawColumnData<ushort> numbers => Numbers(numbers),
            RawColumnData<int> numbers => Numbers(numbers),
            RawColumnData<uint> numbers => Numbers(numbers),
            RawColumnData<long> numbers => Numbers(numbers),
            RawColumnData<ulong> numbers => Numbers(numbers),
            _ => throw new InvalidDataException($"the column '{field.Name}' has values of the type {data.GetType()}"),
        };
    }

    /// <summary>Its name.</summary>
    public string Name => _field.Name;

    /// <summary>Whether all values were given out.</summary>
    public bool IsFinished => _field.ValueLevel == 0 ? _value == _valueCount : _entry == _data.DefinitionLevels.Length;

    /// <summary>The next row's value; entries of a list are joined by <see cref="LabelSet.Separator"/>; null where it, or an entry of its list, is null or no number.</summary>
    /// <exception cref="InvalidDataException">The row group has more rows than the column has values.</exception>
    public string? Next()
    {
        if (!_field.IsList) return Entry(Level(), _field.ValueLevel);
        List<string> entries = [];
        bool isWhole = true;
        do
        {
            int level = Level();
            if (level < _field.EntryLevel)
            {
                isWhole = level == _field.EntryLevel - 1; // empty, not null
                break;
            }
            if (Entry(level, _field.ValueLevel) is { } entry) entries.Add(entry);
            else isWhole = false;
        }
        while (_entry < _data.RepetitionLevels.Length && _data.RepetitionLevels[_entry] > 0);
        return isWhole ? string.Join(LabelSet.Separator, entries) : null;
    }

    /// <inheritdoc/>
    public void Dispose() => _data.Dispose();

    private int Level()
    {
        if (_field.ValueLevel == 0) return 0;
        if (_entry >= _data.DefinitionLevels.Length) throw TooFew();
        return _data.DefinitionLevels[_entry++];
    }

    private string? Entry(int level, int valueLevel)
    {
        if (level < valueLevel) return null;
        if (_value >= _valueCount) throw TooFew();
        return _valueAt(_value++);
    }

    private InvalidDataException TooFew() => new($"the column '{_field.Name}' has fewer values than its row group has rows");

    private static (Func<int, string?>, int) Numbers<T>(RawColumnData<T> data) where T : struct, IFormattable =>
        (i => Invariant(data.Values[i]), data.Values.Length);

    private static string Invariant<T>(T number) where T : IFormattable => number.ToString(null, CultureInfo.InvariantCulture);
}
