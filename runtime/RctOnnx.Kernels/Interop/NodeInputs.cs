namespace RctOnnx.Kernels;

/// <summary>Inputs of a running node, with checks of their shapes: a file may hold any graph.</summary>
internal readonly unsafe ref struct NodeInputs(void* context)
{
    private const int MostDimensions = 4;

    /// <summary>The numbers and dimensions of an input.</summary>
    /// <exception cref="InvalidOperationException">It is left out, or has more dimensions than are read.</exception>
    public float* Matrix(int index, Span<long> dimensions, out int count)
    {
        void* value = OrtApi.Input(context, index);
        if (value == null) throw new InvalidOperationException($"Input {index} is missing.");
        fixed (long* first = dimensions) count = OrtApi.Dimensions(value, first, Math.Min(MostDimensions, dimensions.Length));
        if (count > MostDimensions) throw new InvalidOperationException($"Input {index} has {count} dimensions, expected are at most {MostDimensions}.");
        return (float*)OrtApi.Data(value);
    }

    /// <summary>A vector of a known width; null where the input is left out.</summary>
    public float* Vector(int index, long width)
    {
        void* value = OrtApi.Input(context, index);
        if (value == null) return null;
        CheckCount(value, index, width);
        return (float*)OrtApi.Data(value);
    }

    /// <summary>A vector of a known width that must be there.</summary>
    public float* RequiredVector(int index, long width)
    {
        float* vector = Vector(index, width);
        return vector != null ? vector : throw new InvalidOperationException($"Input {index} is missing.");
    }

    /// <summary>One over the scale, and the zero point.</summary>
    public (float InverseScale, byte ZeroPoint) Quantization(int scaleIndex)
    {
        float scale = *RequiredVector(scaleIndex, 1);
        if (!(scale > 0)) throw new InvalidOperationException($"Input {scaleIndex} is the scale {scale}, expected is a positive number.");
        void* zero = OrtApi.Input(context, scaleIndex + 1);
        if (zero == null) throw new InvalidOperationException($"Input {scaleIndex + 1} is missing.");
        CheckCount(zero, scaleIndex + 1, 1);
        return (1 / scale, *(byte*)OrtApi.Data(zero));
    }

    private static void CheckCount(void* value, int index, long expected)
    {
        long* dimensions = stackalloc long[MostDimensions];
        int rank = OrtApi.Dimensions(value, dimensions, MostDimensions);
        long count = rank > MostDimensions ? -1 : 1;
        for (int i = 0; i < rank && count >= 0; i++) count *= dimensions[i];
        if (count != expected) throw new InvalidOperationException($"Input {index} has {count} numbers, expected are {expected}.");
    }
}
