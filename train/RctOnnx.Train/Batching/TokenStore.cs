namespace RctOnnx.Train.Batching;

/// <summary>
/// The token ids of a data set in one array: 4 bytes a token and 8 a row, where a list of arrays would cost 30 a row more.
/// Rows are added once, then only read.
/// </summary>
public sealed class TokenStore
{
    private readonly List<int> _starts = [0];
    private readonly List<int> _secondStarts = [];
    private int[] _ids = new int[1024];

    /// <summary>Number of rows.</summary>
    public int RowCount => _secondStarts.Count;

    /// <summary>Tokens of all rows, special ones included.</summary>
    public int TokenCount => _starts[^1];

    /// <summary>Whether any row has a second text.</summary>
    public bool HasPairs { get; private set; }

    /// <summary>Adds a row.</summary>
    /// <param name="ids">Token ids with [CLS] and [SEP], at least one.</param>
    /// <param name="secondStart">Index from which the token type is 1; the length of the row if there is no second text.</param>
    /// <exception cref="ArgumentException">The row is empty or the index lies outside.</exception>
    /// <exception cref="DataException">The data holds more than 2^31 tokens.</exception>
    public void Add(ReadOnlySpan<int> ids, int secondStart)
    {
        if (ids.IsEmpty) throw new ArgumentException("A row has no tokens; [CLS] and [SEP] are expected at least.", nameof(ids));
        if (secondStart < 0 || secondStart > ids.Length)
            throw new ArgumentException($"The second text starts at token {secondStart}, expected 0 to {ids.Length}.", nameof(secondStart));
        int start = TokenCount;
        if ((long)start + ids.Length > Array.MaxLength)
            throw new DataException($"The data holds more than {Array.MaxLength:N0} tokens, which one run cannot keep in memory. Train on a part of it.");
        if (start + ids.Length > _ids.Length)
            Array.Resize(ref _ids, (int)Math.Min(Array.MaxLength, Math.Max(2L * _ids.Length, start + ids.Length)));
        ids.CopyTo(_ids.AsSpan(start));
        _starts.Add(start + ids.Length);
        _secondStarts.Add(secondStart);
        HasPairs |= secondStart < ids.Length;
    }

    /// <summary>Token ids of a row.</summary>
    public ReadOnlySpan<int> Ids(int row) => _ids.AsSpan(_starts[row], Length(row));

    /// <summary>Number of tokens of a row.</summary>
    public int Length(int row) => _starts[row + 1] - _starts[row];

    /// <summary>Index from which the token type of a row is 1.</summary>
    public int SecondStart(int row) => _secondStarts[row];

    /// <summary>The lengths of all rows, in order.</summary>
    public int[] Lengths() => [.. Enumerable.Range(0, RowCount).Select(Length)];
}
