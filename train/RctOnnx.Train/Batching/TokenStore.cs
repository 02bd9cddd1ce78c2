using System.Runtime.InteropServices;
using RctOnnx.Data;

namespace RctOnnx.Train.Batching;

/// <summary>
/// The token ids of a data set: 2 bytes a token (4 in rows that have an id over 65,535) and 8 a row, or 12 where there are pairs. Tokens that go over a
/// limit of memory lie in a file. Rows are added once by one thread, then only read, by any number of threads.
/// </summary>
public sealed class TokenStore : IDisposable
{
    /// <summary>Bytes of tokens in memory where nothing else is said: 268 million tokens, about nine million sentences.</summary>
    public const long DefaultMemoryLimit = 512L << 20;

    private const int StackLength = 512;

    private readonly SpillingBytes _bytes;
    private readonly ChunkedList<long> _starts = new(); // in bytes, times two; odd where a token has 4 bytes
    private ChunkedList<int>? _secondStarts; // from the first pair on

    /// <summary>Keeps everything in memory.</summary>
    public TokenStore() : this(null, 0) { }

    /// <summary>Keeps tokens in memory up to a limit, and the others in a file.</summary>
    /// <param name="spillPath">Where the file goes; it is made only if it is needed, and is gone when the store is disposed.</param>
    /// <param name="memoryLimit">Bytes of tokens in memory, rounded up to whole mebibytes.</param>
    public TokenStore(string? spillPath, long memoryLimit = DefaultMemoryLimit) => _bytes = new SpillingBytes(spillPath, memoryLimit);

    /// <summary>Number of rows.</summary>
    public int RowCount => _starts.Count;

    /// <summary>Tokens of all rows, special ones included.</summary>
    public long TokenCount { get; private set; }

    /// <summary>Bytes of tokens that lie in the file.</summary>
    public long SpilledLength => _bytes.SpilledLength;

    /// <summary>Whether any row has a second text.</summary>
    public bool HasPairs => _secondStarts is not null;

    /// <summary>Adds a row.</summary>
    /// <param name="ids">Token ids with [CLS] and [SEP], at least one.</param>
    /// <param name="secondStart">Index from which the token type is 1; the length of the row if there is no second text.</param>
    /// <exception cref="ArgumentException">The row is empty or the index lies outside.</exception>
    /// <exception cref="OutputException">The file cannot be written.</exception>
    public void Add(ReadOnlySpan<int> ids, int secondStart)
    {
        if (ids.IsEmpty) throw new ArgumentException("A row has no tokens; [CLS] and [SEP] are expected at least.", nameof(ids));
        if (secondStart < 0 || secondStart > ids.Length)
            throw new ArgumentException($"The second text starts at token {secondStart}, expected 0 to {ids.Length}.", nameof(secondStart));
        if (secondStart < ids.Length && _secondStarts is null) StartPairs();
        bool isWide = ids.ContainsAnyExceptInRange(0, ushort.MaxValue);
        _starts.Add((_bytes.Length << 1) | (isWide ? 1L : 0));
        _secondStarts?.Add(secondStart);
        TokenCount += ids.Length;
        if (isWide)
        {
            _bytes.Append(MemoryMarshal.AsBytes(ids));
            return;
        }
        Span<ushort> narrow = ids.Length <= StackLength ? stackalloc ushort[ids.Length] : new ushort[ids.Length];
        for (int i = 0; i < ids.Length; i++) narrow[i] = (ushort)ids[i];
        _bytes.Append(MemoryMarshal.AsBytes(narrow));
    }

    /// <summary>Copies the token ids of a row.</summary>
    /// <param name="row">Its index.</param>
    /// <param name="ids">As long as the row.</param>
    /// <exception cref="OutputException">The file cannot be read.</exception>
    public void Read(int row, Span<int> ids)
    {
        if (ids.Length != Length(row)) throw new ArgumentException($"Row {row} has {Length(row)} tokens, room is for {ids.Length}.", nameof(ids));
        if (IsWide(row))
        {
            _bytes.Read(Start(row), MemoryMarshal.AsBytes(ids));
            return;
        }
        Span<ushort> narrow = ids.Length <= StackLength ? stackalloc ushort[ids.Length] : new ushort[ids.Length];
        _bytes.Read(Start(row), MemoryMarshal.AsBytes(narrow));
        for (int i = 0; i < ids.Length; i++) ids[i] = narrow[i];
    }

    /// <summary>The token ids of a row in an array of its own.</summary>
    public int[] Ids(int row)
    {
        int[] ids = new int[Length(row)];
        Read(row, ids);
        return ids;
    }

    /// <summary>Number of tokens of a row.</summary>
    public int Length(int row) => (int)((End(row) - Start(row)) / (IsWide(row) ? sizeof(int) : sizeof(ushort)));

    /// <summary>Index from which the token type of a row is 1.</summary>
    public int SecondStart(int row) => _secondStarts is null ? Length(row) : _secondStarts[row];

    /// <summary>The lengths of all rows, in order.</summary>
    public int[] Lengths()
    {
        int[] lengths = new int[RowCount];
        for (int row = 0; row < lengths.Length; row++) lengths[row] = Length(row);
        return lengths;
    }

    /// <inheritdoc/>
    public void Dispose() => _bytes.Dispose();

    private long Start(int row) => _starts[row] >> 1;

    private long End(int row) => row + 1 < RowCount ? Start(row + 1) : _bytes.Length;

    private bool IsWide(int row) => (_starts[row] & 1) != 0;

    private void StartPairs()
    {
        _secondStarts = new ChunkedList<int>();
        for (int row = 0; row < RowCount; row++) _secondStarts.Add(Length(row));
    }
}
