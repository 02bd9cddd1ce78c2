using System.Numerics;
using System.Runtime.InteropServices;
using RctOnnx.Train.Modules;
using static TorchSharp.torch;

namespace RctOnnx.Train.Optimization;

/// <summary>The gradient of a table of which a batch uses few rows: those rows alone, each once, in ascending order.</summary>
internal sealed class RowGradient
{
    private readonly int[] _rows;
    private readonly float[] _values;

    private RowGradient(int[] rows, int width, float[] values) => (_rows, Width, _values) = (rows, width, values);

    /// <summary>Columns of the table.</summary>
    public int Width { get; }

    /// <summary>The numbers that are not left out, [rows, width].</summary>
    public ReadOnlySpan<float> Values => _values;

    /// <summary>Adds up what stands for the same row, in the order in which it stands there.</summary>
    /// <param name="sparse">A sparse fp32 tensor on the CPU, [rows of the table, width], with one sparse dimension.</param>
    public static RowGradient Of(Tensor sparse)
    {
        using Tensor indices = sparse.SparseIndices, raw = sparse.SparseValues, values = raw.contiguous();
        int width = (int)values.shape[1];
        ReadOnlySpan<long> used = MemoryMarshal.Cast<byte, long>(indices.bytes);
        ReadOnlySpan<float> from = TensorMemory.Floats(values);
        (long Row, int At)[] order = new (long, int)[used.Length];
        for (int i = 0; i < order.Length; i++) order[i] = (used[i], i);
        Array.Sort(order);
        int[] rows = [.. order.Select(one => (int)one.Row).Distinct()];
        float[] sums = new float[rows.Length * width];
        int at = -1;
        long row = -1;
        foreach ((long Row, int At) one in order)
        {
            if (one.Row != row) (row, at) = (one.Row, at + 1);
            Add(sums.AsSpan(at * width, width), from.Slice(one.At * width, width));
        }
        return new RowGradient(rows, width, sums);
    }

    /// <summary>The place of the first row that is not before <paramref name="row"/>.</summary>
    public int PlaceOf(int row)
    {
        int place = Array.BinarySearch(_rows, row);
        return place < 0 ? ~place : place;
    }

    /// <summary>The gradient of a row: at its place, or <paramref name="zeros"/> where it is left out. The place moves on with the rows.</summary>
    public ReadOnlySpan<float> Next(int row, ref int place, ReadOnlySpan<float> zeros) =>
        place < _rows.Length && _rows[place] == row ? _values.AsSpan(place++ * Width, Width) : zeros;

    private static void Add(Span<float> sum, ReadOnlySpan<float> more)
    {
        int at = 0, width = Vector<float>.Count;
        for (; at <= sum.Length - width; at += width)
            (new Vector<float>(sum[at..]) + new Vector<float>(more[at..])).CopyTo(sum[at..]);
        for (; at < sum.Length; at++) sum[at] += more[at];
    }
}
