namespace RctOnnx.Kernels;

/// <summary>Extents of an attention, and where queries, keys and values stand in the rows that hold them.</summary>
/// <param name="Batch">Texts.</param>
/// <param name="QueryCount">Rows that ask, of each text.</param>
/// <param name="KeyCount">Rows that answer, of each text.</param>
/// <param name="HeadCount">Heads.</param>
/// <param name="HeadWidth">Width of a head.</param>
/// <param name="QueryStride">Width of a row that holds queries; they stand first.</param>
/// <param name="KeyStride">Width of a row that holds keys and values.</param>
/// <param name="KeyOffset">Where the keys begin in it; the values follow them.</param>
internal readonly record struct AttentionShape(
    nint Batch, int QueryCount, int KeyCount, int HeadCount, int HeadWidth, nint QueryStride, nint KeyStride, nint KeyOffset)
{
    /// <summary>Width of all heads.</summary>
    public int Width => HeadCount * HeadWidth;

    /// <summary>Rounded up to whole vectors.</summary>
    public static int Padded(int count) => (count + RowSink.Width - 1) / RowSink.Width * RowSink.Width;
}
