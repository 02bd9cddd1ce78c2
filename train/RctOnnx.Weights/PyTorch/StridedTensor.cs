using System.Runtime.InteropServices;
using RctOnnx.Onnx;

namespace RctOnnx.Weights.PyTorch;

/// <summary>Turns windows over storages into tensors in row-major order.</summary>
internal static class StridedTensor
{
    /// <summary>More dimensions than any weight has.</summary>
    public const int MostDimensions = 16;

    /// <summary>Throws <see cref="InvalidDataException"/> unless the view lies within its storage and repeats nothing of it.</summary>
    public static void Check(StoredView view, string name)
    {
        if (view.Shape.Length != view.Strides.Length)
            throw new InvalidDataException($"tensor '{name}' has {view.Shape.Length} sizes and {view.Strides.Length} strides");
        if (view.Offset < 0 || view.Shape.Any(extent => extent < 0) || view.Strides.Any(stride => stride < 0))
            throw new InvalidDataException($"tensor '{name}' has a negative size, stride or offset: {Describe(view)}");
        if (view.Shape.Contains(0)) return;
        // No step can overflow 128 bits: what came before it is below 2^63.
        Int128 count = 1, last = view.Offset;
        for (int i = 0; i < view.Shape.Length && count <= view.Storage.Count && last < view.Storage.Count; i++)
        {
            count *= view.Shape[i];
            last += (Int128)(view.Shape[i] - 1) * view.Strides[i];
        }
        if (last >= view.Storage.Count) throw new InvalidDataException($"tensor '{name}' reaches beyond the {view.Storage.Count} elements of its storage: {Describe(view)}");
        if (count > view.Storage.Count) throw new InvalidDataException($"tensor '{name}' repeats elements of its storage of {view.Storage.Count}: {Describe(view)}");
    }

    /// <summary>Whether the elements lie in row-major order without gaps, so that no copy is needed.</summary>
    public static bool IsContiguous(StoredView view)
    {
        long expected = 1;
        for (int i = view.Shape.Length - 1; i >= 0; i--)
        {
            if (view.Shape[i] == 0) return true;
            if (view.Shape[i] != 1 && view.Strides[i] != expected) return false;
            expected *= view.Shape[i];
        }
        return true;
    }

    /// <summary>The tensor of a checked view; a contiguous one shares the bytes of <paramref name="storage"/>.</summary>
    public static TensorData Read(StoredView view, byte[] storage)
    {
        int size = TensorData.SizeOf(view.Storage.Type);
        if (view.Shape.Contains(0)) return new TensorData(view.Storage.Type, view.Shape, Array.Empty<byte>());
        int length = (int)TensorData.ByteCount(view.Storage.Type, view.Shape);
        if (IsContiguous(view)) return new TensorData(view.Storage.Type, view.Shape, storage.AsMemory((int)(view.Offset * size), length));
        byte[] bytes = new byte[length];
        switch (size)
        {
            case 8: Gather<long>(view, storage, bytes); break;
            case 4: Gather<int>(view, storage, bytes); break;
            case 2: Gather<short>(view, storage, bytes); break;
            default: Gather<byte>(view, storage, bytes); break;
        }
        return new TensorData(view.Storage.Type, view.Shape, bytes);
    }

    private static void Gather<T>(StoredView view, byte[] storage, byte[] bytes)
        where T : struct
    {
        ReadOnlySpan<T> source = MemoryMarshal.Cast<byte, T>(storage);
        Span<T> target = MemoryMarshal.Cast<byte, T>(bytes.AsSpan());
        (long[] shape, long[] strides) = (view.Shape, view.Strides);
        long[] index = new long[shape.Length];
        long start = view.Offset;
        int inner = shape.Length - 1;
        for (int i = 0; i < target.Length;)
        {
            for (long k = 0; k < shape[inner]; k++) target[i++] = source[(int)(start + k * strides[inner])];
            for (int d = inner - 1; d >= 0; d--)
            {
                start += strides[d];
                if (++index[d] < shape[d]) break;
                start -= strides[d] * shape[d];
                index[d] = 0;
            }
        }
    }

    private static string Describe(StoredView view) => $"sizes [{string.Join(", ", view.Shape)}], strides [{string.Join(", ", view.Strides)}], offset {view.Offset}";
}
