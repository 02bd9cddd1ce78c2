namespace RctOnnx.Runtime;

/// <summary>
/// The token ids of a call, row after row in one flat buffer that is used again for other calls. Several threads may write tokens at
/// once; rows are then named by one thread, in the order of the texts, and read by any.
/// </summary>
internal sealed class TokenRows
{
    // A larger buffer, which a call of some hundred thousand texts leaves behind, is given back to the system.
    private const int KeptTokens = 1 << 20;

    private readonly Lock _writing = new();
    private int[] _ids = new int[1024], _types = [], _starts = new int[64], _lengths = new int[64];
    private int _used;
    private bool _hasTypes;

    /// <summary>Number of rows.</summary>
    public int Count { get; private set; }

    /// <summary>Tokens of each row.</summary>
    public ReadOnlySpan<int> Lengths => _lengths.AsSpan(0, Count);

    /// <summary>Whether the buffer is small enough to be kept for another call.</summary>
    public bool IsKept => _ids.Length <= KeptTokens;

    /// <summary>Rows of given ids.</summary>
    /// <param name="ids">Ids of each row.</param>
    /// <param name="types">Token types of each row; null or a null row means zeros.</param>
    public static TokenRows Of(IReadOnlyList<int[]> ids, IReadOnlyList<int[]?>? types = null)
    {
        TokenRows rows = new();
        rows.Set(ids, types);
        return rows;
    }

    /// <summary>Forgets all tokens and rows and keeps the memory.</summary>
    public void Clear()
    {
        (Count, _used, _hasTypes) = (0, 0, false);
    }

    /// <summary>Takes given rows in place of those that are there.</summary>
    public void Set(IReadOnlyList<int[]> ids, IReadOnlyList<int[]?>? types)
    {
        Clear();
        for (int row = 0; row < ids.Count; row++)
        {
            int start = Reserve(ids[row].Length, types is not null);
            ids[row].CopyTo(_ids, start);
            types?[row]?.CopyTo(_types, start);
            AddRow(start, ids[row].Length);
        }
    }

    /// <summary>Writes the tokens of a text, [CLS] pieces [SEP], and returns where they begin. Thread-safe.</summary>
    public int Write(int cls, ReadOnlySpan<int> pieces, int sep)
    {
        lock (_writing)
        {
            int start = Reserve(pieces.Length + 2, withTypes: false);
            Put(_ids.AsSpan(start), cls, pieces, sep);
            return start;
        }
    }

    /// <summary>Writes the windows over a text, one after the other, and returns where they begin. Thread-safe.</summary>
    public int WriteWindows(int cls, ReadOnlySpan<int> pieces, int sep, List<int> starts, int width)
    {
        lock (_writing)
        {
            int start = Reserve(checked(starts.Count * (width + 2)), withTypes: false);
            for (int i = 0; i < starts.Count; i++) Put(_ids.AsSpan(start + i * (width + 2)), cls, pieces.Slice(starts[i], width), sep);
            return start;
        }
    }

    /// <summary>Writes the tokens of a pair, [CLS] first [SEP] second [SEP], and returns where they begin. Thread-safe.</summary>
    public int Write(int cls, ReadOnlySpan<int> first, int sep, ReadOnlySpan<int> second)
    {
        lock (_writing)
        {
            int start = Reserve(first.Length + second.Length + 3, withTypes: true), middle = start + first.Length + 2;
            Put(_ids.AsSpan(start), cls, first, sep);
            second.CopyTo(_ids.AsSpan(middle));
            _ids[middle + second.Length] = sep;
            _types.AsSpan(middle, second.Length + 1).Fill(1);
            return start;
        }
    }

    /// <summary>Names tokens as the next row.</summary>
    public void AddRow(int start, int length)
    {
        if (Count == _starts.Length)
        {
            Array.Resize(ref _starts, 2 * Count);
            Array.Resize(ref _lengths, 2 * Count);
        }
        (_starts[Count], _lengths[Count]) = (start, length);
        Count++;
    }

    /// <summary>The ids of a row.</summary>
    public ReadOnlySpan<int> Ids(int row) => _ids.AsSpan(_starts[row], _lengths[row]);

    /// <summary>The token types of a row; empty where they are zeros.</summary>
    public ReadOnlySpan<int> Types(int row) => _hasTypes ? _types.AsSpan(_starts[row], _lengths[row]) : [];

    private static void Put(Span<int> target, int cls, ReadOnlySpan<int> pieces, int sep)
    {
        target[0] = cls;
        pieces.CopyTo(target[1..]);
        target[pieces.Length + 1] = sep;
    }

    private int Reserve(int count, bool withTypes)
    {
        int start = _used, needed = checked(_used + count);
        if (needed > _ids.Length) Array.Resize(ref _ids, (int)Math.Min(Array.MaxLength, Math.Max(needed, 2L * _ids.Length)));
        if (withTypes)
        {
            if (_types.Length < _ids.Length) Array.Resize(ref _types, _ids.Length);
            _types.AsSpan(start, count).Clear();
            _hasTypes = true;
        }
        _used = needed;
        return start;
    }
}
