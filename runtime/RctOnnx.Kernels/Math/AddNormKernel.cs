using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace RctOnnx.Kernels;

/// <summary>Sum of two or three rows and layer normalisation (Ba et al. 2016) in one pass over memory.</summary>
internal static unsafe class AddNormKernel
{
    /// <summary>norm(x + residual + bias) for rows of a matrix.</summary>
    /// <param name="input">[rows, width].</param>
    /// <param name="residual">[residualRows, width]; used again from the start where it has fewer rows.</param>
    /// <param name="residualRows">A divisor of the rows.</param>
    /// <param name="bias">[width], or null.</param>
    /// <param name="scale">Factors of the normalised values, [width].</param>
    /// <param name="shift">Added to them, [width].</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <param name="first">First row.</param>
    /// <param name="end">The row after the last.</param>
    /// <param name="width">Columns.</param>
    /// <param name="output">[rows, width].</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(
        float* input, float* residual, nint residualRows, float* bias, float* scale, float* shift, float epsilon, nint first, nint end, int width, RowSink output)
    {
        int whole = width / RowSink.Width * RowSink.Width, rest = width - whole;
        Vector512<float> inRow = Vector512.LessThan(Vector512<int>.Indices, Vector512.Create(rest)).AsSingle();
        Vector512<float> widths = Vector512.Create((float)width);
        float* sums = Scratch.OfThread.Rent(whole + RowSink.Width);
        for (nint row = first; row < end; row++)
        {
            float* x = input + row * width, r = residual + row % residualRows * width;
            nint target = row * width;
            // Two chains of additions, each of which waits for itself.
            Vector512<float> total = Vector512<float>.Zero, other = Vector512<float>.Zero;
            for (int at = 0; at < whole; at += RowSink.Width)
            {
                Vector512<float> sum = Avx512F.Add(Vector512.Load(x + at), Vector512.Load(r + at));
                if (bias != null) sum = Avx512F.Add(sum, Vector512.Load(bias + at));
                sum.Store(sums + at);
                (total, other) = (other, Avx512F.Add(total, sum));
            }
            total = Avx512F.Add(total, other);
            Vector512<float> tail = Vector512<float>.Zero;
            if (rest > 0)
            {
                tail = Avx512F.Add(VectorMath.LoadPart(x + whole, rest), VectorMath.LoadPart(r + whole, rest));
                if (bias != null) tail = Avx512F.Add(tail, VectorMath.LoadPart(bias + whole, rest));
                total = Avx512F.Add(total, tail);
            }
            Vector512<float> means = Avx512F.Divide(VectorMath.Sum(total), widths);
            tail = Avx512F.Subtract(tail, means) & inRow;
            Vector512<float> squares = Avx512F.Multiply(tail, tail), others = Vector512<float>.Zero;
            for (int at = 0; at < whole; at += RowSink.Width)
            {
                Vector512<float> off = Avx512F.Subtract(Vector512.Load(sums + at), means);
                (squares, others) = (others, Avx512F.FusedMultiplyAdd(off, off, squares));
            }
            squares = Avx512F.Add(squares, others);
            Vector512<float> factor = Avx512F.Divide(Vector512<float>.One, Avx512F.Sqrt(Avx512F.Add(Avx512F.Divide(VectorMath.Sum(squares), widths), Vector512.Create(epsilon))));
            for (int at = 0; at < whole; at += RowSink.Width)
            {
                Vector512<float> normed = Avx512F.Multiply(Avx512F.Subtract(Vector512.Load(sums + at), means), factor);
                output.Store(target + at, Avx512F.FusedMultiplyAdd(normed, Vector512.Load(scale + at), Vector512.Load(shift + at)));
            }
            if (rest > 0)
                output.StorePart(target + whole, Avx512F.FusedMultiplyAdd(
                    Avx512F.Multiply(tail, factor), VectorMath.LoadPart(scale + whole, rest), VectorMath.LoadPart(shift + whole, rest)), rest);
        }
    }
}
