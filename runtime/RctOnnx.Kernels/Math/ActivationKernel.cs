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
        ActivationPolynomials h = new(table.Terms);
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
}
