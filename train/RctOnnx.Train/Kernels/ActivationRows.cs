using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using RctOnnx.Kernels;
using RctOnnx.Onnx;

namespace RctOnnx.Train.Kernels;

/// <summary>Bias and activation over rows of bf16 numbers, and the backward pass. Widths are multiples of 32.</summary>
internal static unsafe class ActivationRows
{
    /// <summary>Tables of an activation and of its slope.</summary>
    /// <exception cref="SettingsException">An activation that is not known.</exception>
    public static (ActivationTable Function, ActivationTable Slope) Tables(Activation activation) => activation switch
    {
        Activation.Gelu => (ActivationTable.Gelu, ActivationTable.GeluSlope),
        Activation.GeluTanh => (ActivationTable.GeluTanh, ActivationTable.GeluTanhSlope),
        Activation.Relu => (ActivationTable.Relu, ActivationTable.Relu),
        _ => throw new SettingsException($"The activation {activation} cannot be trained; known are {string.Join(", ", Enum.GetNames<Activation>())}."),
    };

    /// <summary>Adds the bias in place and writes the activation's values.</summary>
    /// <param name="table">The function.</param>
    /// <param name="first">First row.</param>
    /// <param name="end">The row after the last.</param>
    /// <param name="width">Columns.</param>
    /// <param name="product">[rows, width]; becomes the activation's argument.</param>
    /// <param name="bias">[width].</param>
    /// <param name="output">[rows, width].</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Forward(ActivationTable table, int first, int end, int width, ushort* product, float* bias, ushort* output)
    {
        ActivationPolynomials function = new(table.Terms);
        for (int row = first; row < end; row++)
        {
            nint start = (nint)row * width;
            for (int at = 0; at < width; at += BFloat16Rows.Width)
            {
                BFloat16Rows.Load(product + start + at, out Vector512<float> low, out Vector512<float> high);
                low = BFloat16Rows.Rounded(low + Vector512.Load(bias + at));
                high = BFloat16Rows.Rounded(high + Vector512.Load(bias + at + 16));
                BFloat16Rows.Store(product + start + at, low, high);
                BFloat16Rows.Store(output + start + at, function.Apply(low), function.Apply(high));
            }
        }
    }

    /// <summary>Turns the gradient of the output into that of the argument.</summary>
    /// <param name="table">The slope.</param>
    /// <param name="first">First row.</param>
    /// <param name="end">The row after the last.</param>
    /// <param name="width">Columns.</param>
    /// <param name="argument">As <see cref="Forward"/> left it.</param>
    /// <param name="gradient">[rows, width], changed in place.</param>
    /// <param name="sums">Takes the sums over the rows for the bias, [width].</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Backward(ActivationTable table, int first, int end, int width, ushort* argument, ushort* gradient, float* sums)
    {
        ActivationPolynomials slope = new(table.Terms);
        new Span<float>(sums, width).Clear();
        for (int row = first; row < end; row++)
        {
            nint start = (nint)row * width;
            for (int at = 0; at < width; at += BFloat16Rows.Width)
            {
                BFloat16Rows.Load(argument + start + at, out Vector512<float> xLow, out Vector512<float> xHigh);
                BFloat16Rows.Load(gradient + start + at, out Vector512<float> low, out Vector512<float> high);
                low *= Slope(slope.Tail(xLow), xLow);
                high *= Slope(slope.Tail(xHigh), xHigh);
                BFloat16Rows.Store(gradient + start + at, low, high);
                (Vector512.Load(sums + at) + low).Store(sums + at);
                (Vector512.Load(sums + at + 16) + high).Store(sums + at + 16);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Slope(Vector512<float> tail, Vector512<float> x) =>
        Vector512.ConditionalSelect(Vector512.GreaterThan(x, Vector512<float>.Zero), Vector512<float>.One - tail, tail);
}
