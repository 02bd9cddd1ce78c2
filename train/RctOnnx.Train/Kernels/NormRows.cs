using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using RctOnnx.Kernels;

namespace RctOnnx.Train.Kernels;

/// <summary>
/// The end of each half of a layer in one pass over rows: bias, dropout, residual sum and layer normalisation (Ba et al. 2016),
/// and its backward pass. Widths are multiples of 32.
/// </summary>
internal static unsafe class NormRows
{
    /// <summary>norm(dropout(product + bias) + residual).</summary>
    /// <param name="first">First row.</param>
    /// <param name="end">The row after the last.</param>
    /// <param name="width">Columns.</param>
    /// <param name="product">bf16 [rows, width].</param>
    /// <param name="bias">[width].</param>
    /// <param name="rule">Dropout by the index in the matrix.</param>
    /// <param name="residual">fp32 [rows, width].</param>
    /// <param name="scale">[width].</param>
    /// <param name="shift">[width].</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <param name="normed">Takes the normalised values before scale and shift, for the backward pass.</param>
    /// <param name="factors">Takes one over the deviation of each row.</param>
    /// <param name="output">Takes the result, fp32.</param>
    /// <param name="halves">Takes the result in bf16, or null.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Forward(int first, int end, int width, ushort* product, float* bias, DropoutRule rule, float* residual,
        float* scale, float* shift, float epsilon, float* normed, float* factors, float* output, ushort* halves)
    {
        Vector512<float> widths = Vector512.Create((float)width);
        for (int row = first; row < end; row++)
        {
            nint start = (nint)row * width;
            float* x = normed + start;
            Vector512<float> total = Vector512<float>.Zero;
            for (int at = 0; at < width; at += BFloat16Rows.Width)
            {
                BFloat16Rows.Load(product + start + at, out Vector512<float> low, out Vector512<float> high);
                low += Vector512.Load(bias + at);
                high += Vector512.Load(bias + at + 16);
                if (rule.Threshold != 0)
                {
                    low *= rule.Factors((uint)(start + at));
                    high *= rule.Factors((uint)(start + at + 16));
                }
                low += Vector512.Load(residual + start + at);
                high += Vector512.Load(residual + start + at + 16);
                low.Store(x + at);
                high.Store(x + at + 16);
                total += low + high;
            }
            Vector512<float> mean = VectorMath.Sum(total) / widths, squares = Vector512<float>.Zero;
            for (int at = 0; at < width; at += 16)
            {
                Vector512<float> off = Vector512.Load(x + at) - mean;
                squares += off * off;
            }
            Vector512<float> factor = Vector512<float>.One / Vector512.Sqrt(VectorMath.Sum(squares) / widths + Vector512.Create(epsilon));
            factors[row] = factor.ToScalar();
            for (int at = 0; at < width; at += BFloat16Rows.Width)
            {
                Vector512<float> low = (Vector512.Load(x + at) - mean) * factor, high = (Vector512.Load(x + at + 16) - mean) * factor;
                low.Store(x + at);
                high.Store(x + at + 16);
                low = low * Vector512.Load(scale + at) + Vector512.Load(shift + at);
                high = high * Vector512.Load(scale + at + 16) + Vector512.Load(shift + at + 16);
                low.Store(output + start + at);
                high.Store(output + start + at + 16);
                if (halves != null) BFloat16Rows.Store(halves + start + at, low, high);
            }
        }
    }

    /// <summary>Gradients of <see cref="Forward"/>.</summary>
    /// <param name="first">First row.</param>
    /// <param name="end">The row after the last.</param>
    /// <param name="width">Columns.</param>
    /// <param name="gradient">Of the output, fp32.</param>
    /// <param name="more">Added to it, bf16, or null.</param>
    /// <param name="normed">As <see cref="Forward"/> left it.</param>
    /// <param name="factors">As <see cref="Forward"/> left it.</param>
    /// <param name="scale">[width].</param>
    /// <param name="rule">As in <see cref="Forward"/>.</param>
    /// <param name="residual">Takes the gradient of the residual, fp32; may be <paramref name="gradient"/> itself.</param>
    /// <param name="product">Takes the gradient of the product, bf16.</param>
    /// <param name="sums">Takes the sums over the rows for scale, shift and bias, [3, width].</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Backward(int first, int end, int width, float* gradient, ushort* more, float* normed, float* factors, float* scale,
        DropoutRule rule, float* residual, ushort* product, float* sums)
    {
        float* scaleSums = sums, shiftSums = sums + width, biasSums = shiftSums + width;
        new Span<float>(sums, 3 * width).Clear();
        Vector512<float> widths = Vector512.Create((float)width);
        for (int row = first; row < end; row++)
        {
            nint start = (nint)row * width;
            float* x = normed + start, r = residual + start;
            Vector512<float> total = Vector512<float>.Zero, along = Vector512<float>.Zero;
            for (int at = 0; at < width; at += BFloat16Rows.Width)
            {
                Vector512<float> low = Vector512.Load(gradient + start + at), high = Vector512.Load(gradient + start + at + 16);
                if (more != null)
                {
                    BFloat16Rows.Load(more + start + at, out Vector512<float> moreLow, out Vector512<float> moreHigh);
                    low += moreLow;
                    high += moreHigh;
                }
                Vector512<float> xLow = Vector512.Load(x + at), xHigh = Vector512.Load(x + at + 16);
                (Vector512.Load(scaleSums + at) + low * xLow).Store(scaleSums + at);
                (Vector512.Load(scaleSums + at + 16) + high * xHigh).Store(scaleSums + at + 16);
                (Vector512.Load(shiftSums + at) + low).Store(shiftSums + at);
                (Vector512.Load(shiftSums + at + 16) + high).Store(shiftSums + at + 16);
                low *= Vector512.Load(scale + at);
                high *= Vector512.Load(scale + at + 16);
                low.Store(r + at);
                high.Store(r + at + 16);
                total += low + high;
                along += low * xLow + high * xHigh;
            }
            Vector512<float> mean = VectorMath.Sum(total) / widths, slope = VectorMath.Sum(along) / widths, factor = Vector512.Create(factors[row]);
            for (int at = 0; at < width; at += BFloat16Rows.Width)
            {
                Vector512<float> low = (Vector512.Load(r + at) - mean - Vector512.Load(x + at) * slope) * factor;
                Vector512<float> high = (Vector512.Load(r + at + 16) - mean - Vector512.Load(x + at + 16) * slope) * factor;
                low.Store(r + at);
                high.Store(r + at + 16);
                if (rule.Threshold != 0)
                {
                    low *= rule.Factors((uint)(start + at));
                    high *= rule.Factors((uint)(start + at + 16));
                }
                BFloat16Rows.Store(product + start + at, low, high);
                (Vector512.Load(biasSums + at) + low).Store(biasSums + at);
                (Vector512.Load(biasSums + at + 16) + high).Store(biasSums + at + 16);
            }
        }
    }
}
