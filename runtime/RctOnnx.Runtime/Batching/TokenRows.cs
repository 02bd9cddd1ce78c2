namespace RctOnnx.Runtime;

/// <summary>
/// The token ids of a call, row after row in one flat buffer that is used again for other calls. Several threads may write tokens at
/// once; rows are named by one thread at a time, in the order of the texts, and those that are named can be read by any, also while
/// more are written and named.
/// </summary>
internal sealed class TokenRows
{
    // A larger buffer, which a call of some hundred thousand texts leaves behind, is given back to the system.
    private const int KeptTokens = 1 << 20;

    private readonly Lock _writing = new();
    private int[] _ids = new int[1024], _types = [], _starts = new int[64], _lengths = new int[64], _reads = [], _firstReads = [], _readCounts = [];
    private int _used, _readCount;
    private bool _hasTypes, _hasReads;

    /// <summary>Number of rows.</summary>
    public int Count { get; private set; }

    /// <summary>Number of answers: one a row, or one for every place that <see cref="AddRow(int, int, ReadOnlySpan{int})"/> named.</summary>
    public int AnswerCount => _hasReads ? _readCount : Count;

    /// <summary>Tokens of a row.</summary>
    public int Length(int row) => _lengths[row];

    /// <summary>Whether the buffer is small enough to be kept for another call.</summary>
    public bool IsKept => _ids.Length <= KeptTokens;

    /// <summary>Rows of given ids.</summary>
    /// <param name="ids">Ids of each row.</param>
    /// <param name="types">Token types of each row; null or a null row means zeros.</param>
    /// <param name="reads">Tokens of each row whose answers are wanted, of a graph that answers for each; null means one answer a row.</param>
    public static TokenRows Of(IReadOnlyList<int[]> ids, IReadOnlyList<int[]?>? types = null, IReadOnlyList<int[]>? reads = null)
    {
        TokenRows rows = new();
        rows.Set(ids, types, reads);
        return rows;
    }

    /// <summary>Forgets all tokens and rows and keeps the memory.</summary>
    public void Clear()
    {
        (Count, _used, _readCount, _hasTypes, _hasReads) = (0, 0, 0, false, false);
    }

    /// <summary>Takes given rows in place of those that are there.</summary>
    public void Set(IReadOnlyList<int[]> ids, IReadOnlyList<int[]?>? types, IReadOnlyList<int[]>? reads = null)
    {
        Clear();
        for (int row = 0; row < ids.Count; row++)
        {
            int start = Reserve(ids[row].Length, types is not null);
            ids[row].CopyTo(_ids, start);
            types?[row]?.CopyTo(_types, start);
            if (reads is null) AddRow(start, ids[row].Length);
            else AddRow(start, ids[row].Length, reads[row]);
        }
    }

    /// <summary>Writes the tokens of a row as they are and returns where they begin. Thread-safe.</summary>
    public int Write(ReadOnlySpan<int> ids)
    {
        lock (_writing)
        {
            int start = Reserve(ids.Length, withTypes: false);
            ids.CopyTo(_ids.AsSpan(start));
            return start;
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

    /// <summary>Names tokens as the next row, with the places of those whose answers are wanted. Either all rows have such places or none.</summary>
    public void AddRow(int start, int length, ReadOnlySpan<int> reads)
    {
        if (_firstReads.Length <= Count)
        {
            Array.Resize(ref _firstReads, 2 * Count + 64);
            Array.Resize(ref _readCounts, 2 * Count + 64);
        }
        if (_reads.Length < _readCount + reads.Length) Array.Resize(ref _reads, 2 * (_readCount + reads.Length));
        reads.CopyTo(_reads.AsSpan(_readCount));
        (_firstReads[Count], _readCounts[Count], _hasReads) = (_readCount, reads.Length, true);
        _readCount += reads.Length;
        AddRow(start, length);
    }

    /// <summary>The first of the answers of a row.</summary>
    public int FirstAnswer(int row) => _hasReads ? _firstReads[row] : row;

    /// <summary>The places in a row whose answers are wanted; empty where the row has one answer.</summary>
    public ReadOnlySpan<int> Reads(int row) => _hasReads ? _reads.AsSpan(_firstReads[row], _readCounts[row]) : [];

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
