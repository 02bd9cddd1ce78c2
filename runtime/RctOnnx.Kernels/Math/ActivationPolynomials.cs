using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace RctOnnx.Kernels;

/// <summary>The polynomials of a table in registers.</summary>
internal readonly unsafe struct ActivationPolynomials(float* terms)
{
    private readonly Vector512<float> _c0 = Vector512.Load(terms), _c1 = Vector512.Load(terms + 16), _c2 = Vector512.Load(terms + 32);
    private readonly Vector512<float> _c3 = Vector512.Load(terms + 48), _c4 = Vector512.Load(terms + 64), _c5 = Vector512.Load(terms + 80);

    /// <summary>max(x, 0) - h(|x|).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<float> Apply(Vector512<float> x) => Avx512F.Subtract(Avx512F.Max(x, Vector512<float>.Zero), Tail(x));

    /// <summary>h(|x|).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<float> Tail(Vector512<float> x)
    {
        // The operand that is not a number must be the second one of the minimum, or it would be lost.
        Vector512<float> t = Avx512F.Multiply(
            Avx512F.Min(Vector512.Create(ActivationTable.End), Vector512.Abs(x)), Vector512.Create(ActivationTable.PieceCount / ActivationTable.End));
        Vector512<int> piece = Avx512F.Min(Avx512F.ConvertToVector512Int32WithTruncation(t), Vector512.Create(ActivationTable.PieceCount - 1));
        t = Avx512F.Subtract(t, Avx512F.ConvertToVector512Single(piece));
        Vector512<float> h = Avx512F.PermuteVar16x32(_c5, piece);
        h = Avx512F.FusedMultiplyAdd(h, t, Avx512F.PermuteVar16x32(_c4, piece));
        h = Avx512F.FusedMultiplyAdd(h, t, Avx512F.PermuteVar16x32(_c3, piece));
        h = Avx512F.FusedMultiplyAdd(h, t, Avx512F.PermuteVar16x32(_c2, piece));
        h = Avx512F.FusedMultiplyAdd(h, t, Avx512F.PermuteVar16x32(_c1, piece));
        return Avx512F.FusedMultiplyAdd(h, t, Avx512F.PermuteVar16x32(_c0, piece));
    }
}
