using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using RctOnnx.Kernels;

namespace RctOnnx.Train.Kernels;

/// <summary>Softmax with mask and dropout over the rows of attention's scores, and the backward pass. Rows have any length.</summary>
internal static unsafe class AttentionRows
{
    private const int Lanes = 16;

    // Below every score and every hidden key, so that what stands behind the end of a row gives nothing.
    private const float Lowest = -1e30f;

    /// <summary>The shares of each row.</summary>
    /// <param name="first">First row.</param>
    /// <param name="end">The row after the last.</param>
    /// <param name="length">Keys.</param>
    /// <param name="scores">bf16 [rows, keys]; become the shares.</param>
    /// <param name="mask">Added to the scores, fp32 [texts, keys], or null.</param>
    /// <param name="rowsPerText">Rows that share a text's mask.</param>
    /// <param name="rule">Dropout by the index in the matrix.</param>
    /// <param name="dropped">Takes the shares after dropout.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Forward(int first, int end, int length, ushort* scores, float* mask, int rowsPerText, DropoutRule rule, ushort* dropped)
    {
        int padded = Padded(length);
        float* x = stackalloc float[padded], added = stackalloc float[padded];
        Vector256<ushort> last = LastLanes(length);
        int text = -1;
        for (int at = 0; at < padded; at++) added[at] = at < length ? 0 : Lowest;
        for (int row = first; row < end; row++)
        {
            if (mask != null && text != row / rowsPerText)
            {
                text = row / rowsPerText;
                new ReadOnlySpan<float>(mask + (nint)text * length, length).CopyTo(new Span<float>(added, length));
            }
            nint start = (nint)row * length;
            Vector512<float> largest = Vector512.Create(Lowest);
            for (int at = 0; at < length; at += Lanes)
            {
                Vector512<float> score = Load(scores + start + at, at + Lanes <= length, last) + Vector512.Load(added + at);
                score.Store(x + at);
                largest = Avx512F.Max(largest, score);
            }
            largest = Largest(largest);
            Vector512<float> total = Vector512<float>.Zero;
            for (int at = 0; at < length; at += Lanes)
            {
                Vector512<float> e = VectorMath.ExpOfNegative(Vector512.Load(x + at) - largest);
                e.Store(x + at);
                total += e;
            }
            Vector512<float> factor = Vector512<float>.One / VectorMath.Sum(total);
            for (int at = 0; at < length; at += Lanes)
            {
                Vector512<float> share = Vector512.Load(x + at) * factor;
                bool whole = at + Lanes <= length;
                Store(scores + start + at, share, whole, last);
                Store(dropped + start + at, rule.Threshold != 0 ? share * rule.Factors((uint)(start + at)) : share, whole, last);
            }
        }
    }

    /// <summary>Turns the gradient of the shares after dropout into that of the scores.</summary>
    /// <param name="first">First row.</param>
    /// <param name="end">The row after the last.</param>
    /// <param name="length">Keys.</param>
    /// <param name="shares">As <see cref="Forward"/> left them.</param>
    /// <param name="rule">As in <see cref="Forward"/>.</param>
    /// <param name="gradient">bf16 [rows, keys], changed in place.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Backward(int first, int end, int length, ushort* shares, DropoutRule rule, ushort* gradient)
    {
        Vector256<ushort> last = LastLanes(length);
        float* g = stackalloc float[Padded(length)], p = stackalloc float[Padded(length)];
        for (int row = first; row < end; row++)
        {
            nint start = (nint)row * length;
            Vector512<float> along = Vector512<float>.Zero;
            for (int at = 0; at < length; at += Lanes)
            {
                bool whole = at + Lanes <= length;
                Vector512<float> slope = Load(gradient + start + at, whole, last), share = Load(shares + start + at, whole, last);
                if (rule.Threshold != 0) slope *= rule.Factors((uint)(start + at));
                slope.Store(g + at);
                share.Store(p + at);
                along += slope * share;
            }
            along = VectorMath.Sum(along);
            for (int at = 0; at < length; at += Lanes)
                Store(gradient + start + at, Vector512.Load(p + at) * (Vector512.Load(g + at) - along), at + Lanes <= length, last);
        }
    }

    private static int Padded(int length) => (length + Lanes - 1) / Lanes * Lanes;

    // All bits set in the lanes that a row's last load has.
    private static Vector256<ushort> LastLanes(int length) =>
        Vector256.LessThan(Vector256<ushort>.Indices, Vector256.Create((ushort)(length - (length - 1) / Lanes * Lanes)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Load(ushort* source, bool whole, Vector256<ushort> lanes) =>
        BFloat16Rows.Wide(whole ? Vector256.Load(source) : Avx512BW.VL.MaskLoad(source, lanes, Vector256<ushort>.Zero));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(ushort* target, Vector512<float> values, bool whole, Vector256<ushort> lanes)
    {
        if (whole) BFloat16Rows.Half(values).Store(target);
        else Avx512BW.VL.MaskStore(target, lanes, BFloat16Rows.Half(values));
    }

    // A row with a number that is none is none altogether: its sum is.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Largest(Vector512<float> x)
    {
        x = Avx512F.Max(x, VectorMath.Halves(x));
        x = Avx512F.Max(x, VectorMath.Quarters(x));
        x = Avx512F.Max(x, Avx512F.Permute4x32(x, 0b01_00_11_10));
        return Avx512F.Max(x, Avx512F.Permute4x32(x, 0b10_11_00_01));
    }
}
