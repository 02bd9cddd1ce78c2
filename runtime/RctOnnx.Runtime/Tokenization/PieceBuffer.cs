namespace RctOnnx.Runtime.Tokenization;

/// <summary>A growable list of piece ids that its caller owns and uses again; not for several threads at once.</summary>
public sealed class PieceBuffer
{
    private int[] _ids = new int[256];
    private int[] _starts = [];
    private int[] _ends = [];

    /// <summary>A buffer; with offsets it also records where each piece came from.</summary>
    public PieceBuffer(bool withOffsets = false)
    {
        HasOffsets = withOffsets;
        if (withOffsets) (_starts, _ends) = (new int[256], new int[256]);
    }

    /// <summary>Stands where words are taken and no pieces are written; it stays empty.</summary>
    internal static PieceBuffer None { get; } = new();

    /// <summary>Whether offsets are recorded.</summary>
    public bool HasOffsets { get; }

    /// <summary>Number of pieces.</summary>
    public int Count { get; private set; }

    /// <summary>The ids, valid until the next change.</summary>
    public ReadOnlySpan<int> Ids => _ids.AsSpan(0, Count);

    /// <summary>First code point of each piece in its source text.</summary>
    public ReadOnlySpan<int> Starts => _starts.AsSpan(0, HasOffsets ? Count : 0);

    /// <summary>The code point after each piece in its source text.</summary>
    public ReadOnlySpan<int> Ends => _ends.AsSpan(0, HasOffsets ? Count : 0);

    /// <summary>Forgets all pieces and keeps the memory.</summary>
    public void Clear() => Count = 0;

    internal void Add(int id, int start, int end)
    {
        if (Count == _ids.Length) Grow();
        _ids[Count] = id;
        if (HasOffsets) (_starts[Count], _ends[Count]) = (start, end);
        Count++;
    }

    internal void Truncate(int count) => Count = count;

    private void Grow()
    {
        Array.Resize(ref _ids, 2 * Count);
        if (!HasOffsets) return;
        Array.Resize(ref _starts, 2 * Count);
        Array.Resize(ref _ends, 2 * Count);
    }
}
