namespace RctOnnx.Kernels;

/// <summary>The standard normal distribution, to double precision.</summary>
internal static class NormalDistribution
{
    /// <summary>The share above <paramref name="x"/>, which is not negative.</summary>
    public static double UpperTail(double x)
    {
        double density = Math.Exp(-0.5 * x * x) / Math.Sqrt(2 * Math.PI);
        return x < 3 ? 0.5 - density * Series(x) : density * Fraction(x);
    }

    // Φ(x) - 1/2 = φ(x) (x + x³/3 + x⁵/15 + ...)
    private static double Series(double x)
    {
        double term = x, sum = x;
        for (int i = 3; term > 1e-18 * sum; i += 2) sum += term *= x * x / i;
        return sum;
    }

    // Laplace's continued fraction 1 / (x + 1 / (x + 2 / (x + 3 / ...))), from its end.
    private static double Fraction(double x)
    {
        double tail = x;
        for (int i = 120; i >= 1; i--) tail = x + i / tail;
        return 1 / tail;
    }
}
