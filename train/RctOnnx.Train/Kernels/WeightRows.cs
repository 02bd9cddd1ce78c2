using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace RctOnnx.Train.Kernels;

/// <summary>Matrices between fp32 and bf16, where the bf16 one may be a part of a wider matrix. Widths are multiples of 32.</summary>
internal static unsafe class WeightRows
{
    /// <summary>fp32 [rows, width] to bf16 [rows, stride].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Narrow(int first, int end, int width, float* source, ushort* target, int stride)
    {
        for (int row = first; row < end; row++)
            for (int at = 0; at < width; at += BFloat16Rows.Width)
            {
                float* from = source + (nint)row * width + at;
                BFloat16Rows.Store(target + (nint)row * stride + at, Vector512.Load(from), Vector512.Load(from + 16));
            }
    }

    /// <summary>bf16 [rows, stride] to fp32 [rows, width], in place of what is there or added to it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Widen(int first, int end, int width, ushort* source, int stride, float* target, bool add)
    {
        for (int row = first; row < end; row++)
            for (int at = 0; at < width; at += BFloat16Rows.Width)
            {
                BFloat16Rows.Load(source + (nint)row * stride + at, out Vector512<float> low, out Vector512<float> high);
                float* to = target + (nint)row * width + at;
                if (add)
                {
                    low += Vector512.Load(to);
                    high += Vector512.Load(to + 16);
                }
                low.Store(to);
                high.Store(to + 16);
            }
    }

    /// <summary>A row of fp32, or of zeros where it is null, plus a row of bf16.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Add(int width, float* left, ushort* right, float* target)
    {
        for (int at = 0; at < width; at += BFloat16Rows.Width)
        {
            BFloat16Rows.Load(right + at, out Vector512<float> low, out Vector512<float> high);
            if (left != null)
            {
                low += Vector512.Load(left + at);
                high += Vector512.Load(left + at + 16);
            }
            low.Store(target + at);
            high.Store(target + at + 16);
        }
    }
}
