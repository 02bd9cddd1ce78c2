using System.Runtime.InteropServices;

namespace RctOnnx.Onnx;

/// <summary>A tensor in memory: element type, shape and little-endian bytes in row-major order.</summary>
public sealed class TensorData
{
    /// <summary>Wraps the bytes; throws <see cref="ModelFileException"/> unless their number is shape × type.</summary>
    public TensorData(TensorType type, IReadOnlyList<long> shape, ReadOnlyMemory<byte> bytes)
    {
        long expected = ByteCount(type, shape);
        if (expected != bytes.Length)
            throw new ModelFileException($"A tensor of type {type} and shape [{string.Join(", ", shape)}] has {bytes.Length} bytes, expected {expected}. The file is damaged: fetch or export it again.");
        (Type, Shape, Bytes) = (type, shape, bytes);
    }

    private TensorData(IReadOnlyList<long> shape, ReadOnlyMemory<byte> values, QuantizationScales scales)
        : this(TensorType.Int8, shape, values) => Scales = scales;

    /// <summary>What int8 values are multiplied by; null for every other type.</summary>
    public QuantizationScales? Scales { get; }

    /// <summary>Element type.</summary>
    public TensorType Type { get; }

    /// <summary>Extent of each dimension; empty for a scalar.</summary>
    public IReadOnlyList<long> Shape { get; }

    /// <summary>The elements.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>Number of elements.</summary>
    public long ElementCount => Bytes.Length / SizeOf(Type);

    /// <summary>A tensor with a copy of the fp32 values.</summary>
    public static TensorData FromFloats(float[] values, params long[] shape) =>
        new(TensorType.Float32, shape, MemoryMarshal.AsBytes(values.AsSpan()).ToArray());

    /// <summary>A matrix of int8 values with a scale for each of its rows or columns.</summary>
    /// <exception cref="ModelFileException">It is no matrix, or there are more or fewer scales than rows or columns.</exception>
    public static TensorData Quantized(ReadOnlyMemory<byte> values, IReadOnlyList<long> shape, QuantizationScales scales)
    {
        if (shape.Count != 2 || scales.Axis is not (0 or 1) || scales.Values.Count != shape[scales.Axis])
            throw new ModelFileException($"An int8 tensor of shape [{string.Join(", ", shape)}] has {scales.Values.Count} scales for its axis {scales.Axis}; expected is a matrix with one a row or column. Fetch or quantize the model again.");
        return new(shape, values, scales);
    }

    /// <summary>
    /// The elements as fp32; converts <see cref="TensorType.Float16"/> and <see cref="TensorType.BFloat16"/>, and multiplies
    /// int8 values by their scales.
    /// </summary>
    /// <exception cref="ModelFileException">The type is not a floating point type and has no scales.</exception>
    public float[] ToFloats()
    {
        var values = new float[ElementCount];
        ReadOnlySpan<byte> bytes = Bytes.Span;
        switch (Type)
        {
            case TensorType.Float32:
                bytes.CopyTo(MemoryMarshal.AsBytes(values.AsSpan()));
                return values;
            case TensorType.Float64:
                ReadOnlySpan<double> doubles = MemoryMarshal.Cast<byte, double>(bytes);
                for (int i = 0; i < values.Length; i++) values[i] = (float)doubles[i];
                return values;
            case TensorType.Float16:
                ReadOnlySpan<Half> halves = MemoryMarshal.Cast<byte, Half>(bytes);
                for (int i = 0; i < values.Length; i++) values[i] = (float)halves[i];
                return values;
            case TensorType.BFloat16:
                ReadOnlySpan<ushort> upper = MemoryMarshal.Cast<byte, ushort>(bytes);
                for (int i = 0; i < values.Length; i++) values[i] = BitConverter.Int32BitsToSingle(upper[i] << 16);
                return values;
            case TensorType.Int8 when Scales is { } scales:
                ReadOnlySpan<sbyte> whole = MemoryMarshal.Cast<byte, sbyte>(bytes);
                int columns = (int)Shape[1];
                for (int i = 0; i < values.Length; i++) values[i] = whole[i] * scales.Values[scales.Axis == 0 ? i / columns : i % columns];
                return values;
            default:
                throw new ModelFileException($"A weight of type {Type} cannot be read as numbers; expected Float32, Float16, BFloat16, or Int8 with scales.");
        }
    }

    /// <summary>A matrix with rows and columns exchanged, as fp32: [rows, columns] becomes [columns, rows].</summary>
    public TensorData Transposed()
    {
        if (Shape.Count != 2) throw new ModelFileException($"Only matrices can be transposed, found shape [{string.Join(", ", Shape)}].");
        int rows = checked((int)Shape[0]), columns = checked((int)Shape[1]);
        float[] source = ToFloats(), target = new float[source.Length];
        const int Block = 32; // 32 x 32 floats of each side stay in the first-level cache
        for (int r0 = 0; r0 < rows; r0 += Block)
            for (int c0 = 0; c0 < columns; c0 += Block)
                for (int r = r0; r < Math.Min(r0 + Block, rows); r++)
                    for (int c = c0; c < Math.Min(c0 + Block, columns); c++)
                        target[(long)c * rows + r] = source[(long)r * columns + c];
        return FromFloats(target, columns, rows);
    }

    /// <summary>Bytes of one element.</summary>
    public static int SizeOf(TensorType type) => type switch
    {
        TensorType.Float64 or TensorType.Int64 => 8,
        TensorType.Float32 or TensorType.Int32 => 4,
        TensorType.Float16 or TensorType.BFloat16 => 2,
        _ => 1,
    };

    /// <summary>Bytes of a tensor; throws <see cref="ModelFileException"/> on negative extents and on overflow.</summary>
    public static long ByteCount(TensorType type, IReadOnlyList<long> shape)
    {
        long count = SizeOf(type);
        foreach (long extent in shape)
        {
            if (extent < 0 || (extent > 0 && count > long.MaxValue / extent))
                throw new ModelFileException($"A tensor has the impossible shape [{string.Join(", ", shape)}].");
            count *= extent;
        }
        return count;
    }
}
