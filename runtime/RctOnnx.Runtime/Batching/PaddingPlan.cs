using RctOnnx.Onnx;

namespace RctOnnx.Runtime;

/// <summary>
/// Batches for graphs that take padded rows: which rows run together, and in which shape. Every row is in exactly one batch, and the
/// plan depends on nothing but its arguments.
/// </summary>
internal sealed class PaddingPlan
{
    private readonly IReadOnlyList<int>? _lengths;
    private readonly int _tokens, _rows;

    private PaddingPlan(IReadOnlyList<int>? lengths, int tokens, int rows) => (_lengths, _tokens, _rows) = (lengths, tokens, rows);

    /// <summary>Any shape: rows of like length, padded to the longest of the batch.</summary>
    public static PaddingPlan Free(int tokenBudget) => new(null, tokenBudget, 0);

    /// <summary>Few shapes, each of which is recorded once as a CUDA graph: ten lengths up to 512, row counts that are powers of two.</summary>
    public static PaddingPlan Recorded(int maxLength, int tokenBudget) =>
        new([.. ((int[])[16, 32, 48, 64, 96, 128, 192, 256, 384, 512]).Where(length => length < maxLength), maxLength], tokenBudget, 0);

    /// <summary>One shape a length, the powers of two from 32 up to the limit: each is a graph of its own for CoreML.</summary>
    public static PaddingPlan Fixed(int maxLength, int rows) =>
        new([.. Enumerable.Range(5, 25).Select(power => 1 << power).TakeWhile(length => length < maxLength), maxLength], 0, rows);

    /// <summary>The lengths that batches can have; empty where any can be.</summary>
    public IReadOnlyList<int> Lengths => _lengths ?? [];

    /// <summary>The batches, the longest first; <see cref="PlannedBatch.Length"/> is the padded length.</summary>
    public List<PlannedBatch> Plan(int[] lengths)
    {
        if (_lengths is null) return BatchPlanner.Padded(lengths, _tokens);
        List<PlannedBatch> batches = [];
        foreach (IGrouping<int, int> rows in Enumerable.Range(0, lengths.Length).GroupBy(row => PaddedLength(lengths[row])).OrderByDescending(group => group.Key))
            batches.AddRange(rows.Chunk(Capacity(rows.Key)).Select(chunk => new PlannedBatch(chunk, rows.Key)));
        return batches;
    }

    /// <summary>The shape in which a batch runs: at least as many rows as it has.</summary>
    public StaticShape ShapeOf(int rowCount, int length)
    {
        if (_lengths is null) return new StaticShape(rowCount, length);
        return new StaticShape(_rows > 0 ? _rows : (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)rowCount), length);
    }

    private int PaddedLength(int length)
    {
        foreach (int padded in _lengths!)
            if (padded >= length) return padded;
        throw new ArgumentOutOfRangeException(nameof(length), length, $"A row is longer than {_lengths[^1]} tokens.");
    }

    // A power of two, so that a full batch is in no need of empty rows.
    private int Capacity(int length)
    {
        if (_rows > 0) return _rows;
        uint most = (uint)Math.Max(1, _tokens / length);
        return 1 << System.Numerics.BitOperations.Log2(most);
    }
}
