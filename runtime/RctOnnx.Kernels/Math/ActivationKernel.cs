using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace RctOnnx.Kernels;

/// <summary>An activation function over rows.</summary>
internal static unsafe class ActivationKernel
{
    /// <summary>f(x + bias) for rows of a matrix.</summary>
    /// <param name="table">The function.</param>
    /// <param name="input">[rows, width].</param>
    /// <param name="bias">[width], or null.</param>
    /// <param name="first">First row.</param>
    /// <param name="end">The row after the last.</param>
    /// <param name="width">Columns.</param>
    /// <param name="output">[rows, width].</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // fast at the first call, where tiers would take hundreds
    public static void Run(ActivationTable table, float* input, float* bias, nint first, nint end, int width, RowSink output)
    {
        Polynomials h = new(table.Terms);
        int whole = width / RowSink.Width * RowSink.Width, rest = width - whole;
        for (nint row = first; row < end; row++)
        {
            float* source = input + row * width;
            nint target = row * width;
            if (bias == null)
                for (int column = 0; column < whole; column += RowSink.Width) output.Store(target + column, h.Apply(Vector512.Load(source + column)));
            else
                for (int column = 0; column < whole; column += RowSink.Width)
                    output.Store(target + column, h.Apply(Avx512F.Add(Vector512.Load(source + column), Vector512.Load(bias + column))));
            if (rest == 0) continue;
            Vector512<float> x = VectorMath.LoadPart(source + whole, rest);
            if (bias != null) x = Avx512F.Add(x, VectorMath.LoadPart(bias + whole, rest));
            output.StorePart(target + whole, h.Apply(x), rest);
        }
    }

    /// <summary>The polynomials of a table in registers.</summary>
    private readonly struct Polynomials(float* terms)
    {
        private readonly Vector512<float> _c0 = Vector512.Load(terms), _c1 = Vector512.Load(terms + 16), _c2 = Vector512.Load(terms + 32);
        private readonly Vector512<float> _c3 = Vector512.Load(terms + 48), _c4 = Vector512.Load(terms + 64), _c5 = Vector512.Load(terms + 80);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector512<float> Apply(Vector512<float> x)
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
            h = Avx512F.FusedMultiplyAdd(h, t, Avx512F.PermuteVar16x32(_c0, piece));
            return Avx512F.Subtract(Avx512F.Max(x, Vector512<float>.Zero), h);
        }
    }
}
