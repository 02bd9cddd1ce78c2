namespace RctOnnx.Train.Batching;

/// <summary>A batch as plain arrays, so that any thread can build it; tensors are made on the thread that trains.</summary>
public sealed record TokenBatch
{
    /// <summary>Rows.</summary>
    public required int RowCount { get; init; }

    /// <summary>Tokens of the longest row.</summary>
    public required int Width { get; init; }

    /// <summary>Token ids, [rows, width] in row-major order, short rows filled with the padding id.</summary>
    public required long[] Ids { get; init; }

    /// <summary>1 for tokens and 0 for padding; null when no row is padded, which is faster.</summary>
    public required long[]? Mask { get; init; }

    /// <summary>Token types; null when all are 0.</summary>
    public required long[]? Types { get; init; }

    /// <summary>Places of the tokens whose answers are wanted, counted through the padded rows, rising; null where a row has one answer.</summary>
    public long[]? Reads { get; init; }

    /// <summary>The second texts of pairs that two encoders read, each a row of its own; otherwise null.</summary>
    public TokenBatch? Second { get; init; }

    /// <summary>Tokens without padding.</summary>
    public long TokenCount => Mask?.Sum() ?? (long)RowCount * Width;

    /// <summary>Gathers pairs of a store whose two texts are read by two encoders: the first texts, with the second ones beside them.</summary>
    /// <param name="store">All pairs, each row the tokens of both texts, the second ones from <see cref="TokenStore.SecondStart"/> on.</param>
    /// <param name="rows">Those of the batch.</param>
    /// <param name="padId">Id that fills short rows.</param>
    public static TokenBatch OfPairs(TokenStore store, IReadOnlyList<int> rows, int padId)
    {
        int[][] first = new int[rows.Count][], second = new int[rows.Count][];
        for (int i = 0; i < rows.Count; i++)
        {
            int[] tokens = new int[store.Length(rows[i])];
            store.Read(rows[i], tokens);
            (first[i], second[i]) = (tokens[..store.SecondStart(rows[i])], tokens[store.SecondStart(rows[i])..]);
        }
        return Of(first, padId) with { Second = Of(second, padId) };
    }

    /// <summary>A batch of given rows of single texts.</summary>
    /// <param name="rows">Ids of each.</param>
    /// <param name="padId">Id that fills short rows.</param>
    public static TokenBatch Of(IReadOnlyList<int[]> rows, int padId)
    {
        TokenStore store = new();
        foreach (int[] row in rows) store.Add(row, row.Length);
        return Of(store, [.. Enumerable.Range(0, rows.Count)], padId);
    }

    /// <summary>Gathers rows of a store.</summary>
    /// <param name="store">All rows.</param>
    /// <param name="rows">Those of the batch.</param>
    /// <param name="padId">Id that fills short rows.</param>
    /// <param name="reads">Places in every row of the store whose answers are wanted, or null.</param>
    public static TokenBatch Of(TokenStore store, IReadOnlyList<int> rows, int padId, IReadOnlyList<int[]>? reads = null)
    {
        int width = rows.Max(store.Length);
        long[] ids = new long[rows.Count * width];
        long[]? mask = rows.Any(row => store.Length(row) < width) ? new long[ids.Length] : null;
        long[]? types = rows.Any(row => store.SecondStart(row) < store.Length(row)) ? new long[ids.Length] : null;
        int[] buffer = new int[width];
        for (int i = 0; i < rows.Count; i++)
        {
            Span<int> tokens = buffer.AsSpan(0, store.Length(rows[i]));
            store.Read(rows[i], tokens);
            Span<long> target = ids.AsSpan(i * width, width);
            for (int j = 0; j < tokens.Length; j++) target[j] = tokens[j];
            target[tokens.Length..].Fill(padId);
            mask?.AsSpan(i * width, tokens.Length).Fill(1);
            int second = store.SecondStart(rows[i]);
            types?.AsSpan(i * width + second, tokens.Length - second).Fill(1);
        }
        return new TokenBatch { RowCount = rows.Count, Width = width, Ids = ids, Mask = mask, Types = types, Reads = reads is null ? null : [.. rows.SelectMany((row, i) => reads[row].Select(read => (long)(i * width + read)))] };
    }
}
