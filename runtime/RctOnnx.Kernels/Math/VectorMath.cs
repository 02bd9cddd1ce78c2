using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace RctOnnx.Kernels;

/// <summary>Functions of sixteen numbers at once.</summary>
internal static unsafe class VectorMath
{
    /// <summary>e^x for x ≤ 0 within two units in the last place, not below e^-87 (which spares slow subnormal numbers); NaN for NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> ExpOfNegative(Vector512<float> x)
    {
        x = Avx512F.Max(Vector512.Create(-87f), x); // the second operand, where one is not a number
        // e^x = 2^n e^r with n whole and |r| ≤ ln 2 / 2; ln 2 in two parts (Cody and Waite 1980), Taylor's series to the sixth power.
        Vector512<float> n = Avx512F.RoundScale(Avx512F.Multiply(x, Vector512.Create(1.44269504f)), 0);
        Vector512<float> r = Avx512F.FusedMultiplyAddNegated(n, Vector512.Create(0.693359375f), x);
        r = Avx512F.FusedMultiplyAddNegated(n, Vector512.Create(-2.12194440e-4f), r);
        Vector512<float> p = Vector512.Create(1f / 720);
        p = Avx512F.FusedMultiplyAdd(p, r, Vector512.Create(1f / 120));
        p = Avx512F.FusedMultiplyAdd(p, r, Vector512.Create(1f / 24));
        p = Avx512F.FusedMultiplyAdd(p, r, Vector512.Create(1f / 6));
        p = Avx512F.FusedMultiplyAdd(p, r, Vector512.Create(0.5f));
        p = Avx512F.FusedMultiplyAdd(p, r, Vector512.Create(1f));
        p = Avx512F.FusedMultiplyAdd(p, r, Vector512.Create(1f));
        return Avx512F.Scale(p, n);
    }

    /// <summary>The sum of all lanes, in every lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Sum(Vector512<float> x)
    {
        x = Avx512F.Add(x, Halves(x));
        x = Avx512F.Add(x, Quarters(x));
        x = Avx512F.Add(x, Avx512F.Permute4x32(x, 0b01_00_11_10));
        return Avx512F.Add(x, Avx512F.Permute4x32(x, 0b10_11_00_01));
    }

    /// <summary>The halves exchanged.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Halves(Vector512<float> x) => Avx512F.Shuffle4x128(x, x, 0b01_00_11_10);

    /// <summary>The quarters of each half exchanged.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Quarters(Vector512<float> x) => Avx512F.Shuffle4x128(x, x, 0b10_11_00_01);

    /// <summary>The first <paramref name="count"/> numbers, fewer than a vector, and zeros behind them.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static Vector512<float> LoadPart(float* source, int count)
    {
        float* part = stackalloc float[RowSink.Width];
        for (int i = 0; i < RowSink.Width; i++) part[i] = i < count ? source[i] : 0;
        return Vector512.Load(part);
    }
}
