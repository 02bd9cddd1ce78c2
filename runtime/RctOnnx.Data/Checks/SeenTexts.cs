using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace RctOnnx.Data;

/// <summary>
/// Where each text stood first. Of a text its hash, the numbers of set, file and label, and its line are kept, no letters of it: 52 bytes, and up to twice as
/// much while a table has room left. The tables grow one after another, so that little is there twice at any moment.
/// </summary>
internal sealed class SeenTexts
{
    private const int TableCount = 64; // a power of two

    private readonly Dictionary<UInt128, Entry>[] _tables = [.. Enumerable.Range(0, TableCount).Select(_ => new Dictionary<UInt128, Entry>())];
    private readonly Dictionary<(string Source, bool CountsRows), ushort> _fileNumbers = [];
    private readonly List<(string Source, bool CountsRows)> _files = [];
    private readonly Dictionary<string, int> _labels = new(StringComparer.Ordinal);

    // 16 bytes.
    private readonly record struct Entry(long Line, int Label, ushort Set, ushort File);

    /// <summary>Where a text stood first.</summary>
    /// <param name="Set">Number of its set.</param>
    /// <param name="IsSameLabel">Whether it had the label that it has now.</param>
    /// <param name="Place">As messages name it.</param>
    public readonly record struct First(int Set, bool IsSameLabel, string Place);

    /// <summary>Takes a row; null where its text is new.</summary>
    /// <exception cref="DataException">There are more than 65,535 files.</exception>
    public First? Add(TextRow row, int set)
    {
        UInt128 hash = MemoryMarshal.Read<UInt128>(SHA256.HashData(Encoding.UTF8.GetBytes(NormalText.Of(row))));
        int label = LabelOf(row.Label);
        Entry entry = new(row.Line, label, checked((ushort)set), FileOf(row));
        ref Entry first = ref CollectionsMarshal.GetValueRefOrAddDefault(_tables[(int)(ulong)hash & (TableCount - 1)], hash, out bool exists);
        if (!exists)
        {
            first = entry;
            return null;
        }
        (string source, bool countsRows) = _files[first.File];
        return new First(first.Set, first.Label == label, TextRow.PlaceOf(source, first.Line, countsRows));
    }

    private int LabelOf(string? label)
    {
        if (label is null) return -1;
        ref int number = ref CollectionsMarshal.GetValueRefOrAddDefault(_labels, label, out bool exists);
        if (!exists) number = _labels.Count;
        return number;
    }

    private ushort FileOf(TextRow row)
    {
        (string, bool) file = (row.Source, row.CountsRows);
        if (_fileNumbers.TryGetValue(file, out ushort number)) return number;
        if (_files.Count > ushort.MaxValue) throw new DataException($"There are more than {ushort.MaxValue:N0} files. Check them in several runs, or join them.");
        _files.Add(file);
        return _fileNumbers[file] = (ushort)(_files.Count - 1);
    }
}
