using System.Runtime.InteropServices;

namespace RctOnnx.Kernels;

/// <summary>
/// GELU as max(x, 0) - h(|x|): h falls to nothing by 6, and on [0, 6) it is sixteen polynomials of the fifth degree, whose
/// coefficients fit into six registers. The largest error is below 1e-7, about that of the arithmetic.
/// </summary>
internal sealed unsafe class ActivationTable
{
    /// <summary>Polynomials.</summary>
    public const int PieceCount = 16;

    /// <summary>Coefficients of a polynomial.</summary>
    public const int TermCount = 6;

    /// <summary>Where h ends.</summary>
    public const float End = 6;

    /// <summary>x Φ(x) (Hendrycks and Gimpel 2016): h(a) = a Φ(-a).</summary>
    public static readonly ActivationTable Gelu = new(a => a * NormalDistribution.UpperTail(a));

    /// <summary>Its approximation by tanh: h(a) = a / 2 (1 - tanh(√(2/π) (a + 0.044715 a³))).</summary>
    public static readonly ActivationTable GeluTanh = new(a => 0.5 * a * (1 - Math.Tanh(Math.Sqrt(2 / Math.PI) * (a + 0.044715 * a * a * a))));

    /// <summary>max(x, 0): h is nothing.</summary>
    public static readonly ActivationTable Relu = new(_ => 0);

    /// <summary>The slope of <see cref="Gelu"/>'s h; the function's own is h' below zero and 1 - h' above.</summary>
    public static readonly ActivationTable GeluSlope = new(a => NormalDistribution.UpperTail(a) - a * Math.Exp(-0.5 * a * a) / Math.Sqrt(2 * Math.PI));

    /// <summary>The slope of <see cref="GeluTanh"/>'s h.</summary>
    public static readonly ActivationTable GeluTanhSlope = new(a =>
    {
        double tanh = Math.Tanh(Math.Sqrt(2 / Math.PI) * (a + 0.044715 * a * a * a));
        return 0.5 * (1 - tanh) - 0.5 * a * (1 - tanh * tanh) * Math.Sqrt(2 / Math.PI) * (1 + 3 * 0.044715 * a * a);
    });

    private ActivationTable(Func<double, double> h)
    {
        Terms = (float*)NativeMemory.AlignedAlloc(PieceCount * TermCount * sizeof(float), 64); // lives as long as the process
        for (int piece = 0; piece < PieceCount; piece++)
        {
            double[] terms = Fit(t => h((piece + t) * End / PieceCount));
            for (int term = 0; term < TermCount; term++) Terms[term * PieceCount + piece] = (float)terms[term];
        }
    }

    /// <summary>Coefficients, [terms, pieces], the constant first; of t, which goes from 0 to 1 over a piece.</summary>
    public float* Terms { get; }

    // Newton's interpolation at Chebyshev's points of [0, 1], multiplied out.
    private static double[] Fit(Func<double, double> function)
    {
        double[] points = [.. Enumerable.Range(0, TermCount).Select(i => 0.5 - 0.5 * Math.Cos(Math.PI * (2 * i + 1) / (2 * TermCount)))];
        double[] differences = [.. points.Select(function)];
        for (int order = 1; order < TermCount; order++)
            for (int i = TermCount - 1; i >= order; i--)
                differences[i] = (differences[i] - differences[i - 1]) / (points[i] - points[i - order]);
        double[] terms = new double[TermCount];
        for (int i = TermCount - 1; i >= 0; i--)
        {
            for (int term = TermCount - 1; term > 0; term--) terms[term] = terms[term - 1] - points[i] * terms[term];
            terms[0] = differences[i] - points[i] * terms[0];
        }
        return terms;
    }
}
