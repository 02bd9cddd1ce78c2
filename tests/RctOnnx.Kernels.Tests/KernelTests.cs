using System.Runtime.Intrinsics;
using Xunit;

namespace RctOnnx.Kernels.Tests;

/// <summary>Every kernel against the same arithmetic in double, at widths that fill vectors and that do not.</summary>
public unsafe class KernelTests
{
    public KernelTests() => Assert.SkipUnless(OwnOperators.IsSupported, "This processor has no AVX-512.");

    private static float[] Random(int count, int seed, double range = 2)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (float)((random.NextDouble() * 2 - 1) * range))];
    }

    private static double Gelu(double x) => x > 0 ? x - x * NormalDistribution.UpperTail(x) : x * NormalDistribution.UpperTail(-x);

    private static double GeluTanh(double x) => 0.5 * x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));

    [Theory]
    [InlineData(0, 1.1e-7)]
    [InlineData(1, 1.1e-7)]
    [InlineData(2, 0)]
    public void Activations_are_exact_to_rounding_everywhere(int function, double tolerance)
    {
        float[] x = [.. Enumerable.Range(-90_000, 180_001).Select(i => i / 10_000f), -1e30f, 1e30f, float.MinValue, float.MaxValue, 0f, -0f];
        float[] y = Activate(function, x, null, 1);
        for (int i = 0; i < x.Length; i++)
        {
            double expected = function switch { 0 => Gelu(x[i]), 1 => GeluTanh(x[i]), _ => Math.Max(x[i], 0) };
            Assert.True(Math.Abs(expected - y[i]) <= tolerance * Math.Max(1, Math.Abs(expected)), $"f({x[i]:R}) is {y[i]:R}, expected {expected:R}");
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Slopes_are_those_of_the_activations(bool tanh)
    {
        ActivationPolynomials slope = new((tanh ? ActivationTable.GeluTanhSlope : ActivationTable.GeluSlope).Terms);
        for (int i = -7000; i <= 7000; i++)
        {
            double x = i / 1000.0, step = 1e-5, tail = slope.Tail(Vector512.Create((float)x)).ToScalar();
            double expected = tanh ? (GeluTanh(x + step) - GeluTanh(x - step)) / (2 * step) : (Gelu(x + step) - Gelu(x - step)) / (2 * step);
            Assert.Equal(expected, x > 0 ? 1 - tail : tail, 1e-6);
        }
    }

    [Fact]
    public void Upper_tail_of_the_normal_distribution_is_that_of_tables()
    {
        Assert.Equal(0.5, NormalDistribution.UpperTail(0), 15);
        Assert.Equal(0.158655253931457, NormalDistribution.UpperTail(1), 14);
        Assert.Equal(0.00134989803163009, NormalDistribution.UpperTail(3), 1e-16);
        Assert.Equal(9.86587645037698e-10, NormalDistribution.UpperTail(6), 1e-22);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Numbers_that_are_none_stay_visible(float bad)
    {
        Assert.False(float.IsFinite(Activate(0, [bad], null, 1)[0]));
        float[] row = Random(32, 1);
        row[5] = bad;
        Assert.All(Normed(row, Random(32, 2), null, Random(32, 3), Random(32, 4), 32), value => Assert.True(float.IsNaN(value)));
        float[] attended = Attended(row, row, null, 1, 1, 1, 1, 16, 32, 32, 0);
        Assert.Contains(attended, value => !float.IsFinite(value));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(37)]
    [InlineData(384)]
    public void Norm_of_sums_is_that_of_double_arithmetic(int width)
    {
        const int Rows = 6;
        float[] x = Random(Rows * width, 1), residual = Random(3 * width, 2), bias = Random(width, 3), scale = Random(width, 4), shift = Random(width, 5);
        float[] found = Normed(x, residual, bias, scale, shift, width);
        for (int row = 0; row < Rows; row++)
        {
            double[] sums = [.. Enumerable.Range(0, width).Select(i => (double)x[row * width + i] + residual[row % 3 * width + i] + bias[i])];
            double mean = sums.Average(), deviation = Math.Sqrt(sums.Average(sum => (sum - mean) * (sum - mean)) + 1e-5);
            for (int i = 0; i < width; i++) Assert.Equal((sums[i] - mean) / deviation * scale[i] + shift[i], found[row * width + i], 1e-5);
        }
    }

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(3, 4, 5)]
    [InlineData(5, 17, 16)]
    [InlineData(1, 33, 32)]
    [InlineData(2, 48, 49)]
    [InlineData(2, 81, 64)]
    [InlineData(1, 130, 48)]
    public void Attention_is_that_of_double_arithmetic(int heads, int length, int headWidth)
    {
        const int Batch = 2;
        int width = heads * headWidth, stride = 3 * width;
        float[] rows = Random(Batch * length * stride, 1), bias = Random(width, 2);
        float[] found = Attended(rows, rows, bias, Batch, length, length, heads, headWidth, stride, stride, width);
        for (int text = 0; text < Batch; text++)
            for (int head = 0; head < heads; head++)
                for (int query = 0; query < length; query++)
                {
                    double[] scores = [.. Enumerable.Range(0, length).Select(key => Enumerable.Range(0, headWidth).Sum(i =>
                        ((double)Cell(query, i) + bias[head * headWidth + i]) * Cell(key, width + i)))];
                    double[] shares = [.. scores.Select(score => Math.Exp(score - scores.Max()))];
                    for (int i = 0; i < headWidth; i++)
                    {
                        double expected = Enumerable.Range(0, length).Sum(key => shares[key] * Cell(key, 2 * width + i)) / shares.Sum();
                        Assert.Equal(expected, found[(text * length + query) * width + head * headWidth + i], 2e-5);
                    }

                    float Cell(int row, int column) => rows[(text * length + row) * stride + head * headWidth + column];
                }
    }

    [Fact]
    public void Attention_of_one_query_has_the_bits_of_that_query_among_all()
    {
        const int Length = 21, Heads = 3, HeadWidth = 20, Width = Heads * HeadWidth;
        float[] rows = Random(Length * 3 * Width, 1);
        float[] all = Attended(rows, rows, null, 1, Length, Length, Heads, HeadWidth, 3 * Width, 3 * Width, Width);
        float[] first = Attended(rows, rows, null, 1, 1, Length, Heads, HeadWidth, 3 * Width, 3 * Width, Width);
        Assert.Equal(all.AsSpan(0, Width).ToArray(), first);
    }

    [Fact]
    public void Quantised_outputs_round_to_the_nearest_even_and_are_clipped()
    {
        float[] x = [0.25f, 0.75f, 1.25f, -0.25f, 1000, -1000, .. Random(61, 3, 40)];
        byte[] found = new byte[x.Length];
        fixed (float* input = x)
        fixed (byte* output = found)
            ActivationKernel.Run(ActivationTable.Relu, input, null, 0, 1, x.Length, new RowSink(null, output, 1 / 0.5f, 7));
        for (int i = 0; i < x.Length; i++)
            Assert.Equal((byte)Math.Clamp(Math.Round(Math.Max(x[i], 0) / 0.5, MidpointRounding.ToEven) + 7, 0, 255), found[i]);
    }

    private static float[] Activate(int function, float[] x, float[]? bias, int rows)
    {
        float[] y = new float[x.Length];
        fixed (float* input = x, output = y, added = bias)
            ActivationKernel.Run(OwnOperators.Activations[function], input, added, 0, rows, x.Length / rows, new RowSink(output, null, 0, 0));
        return y;
    }

    private static float[] Normed(float[] x, float[] residual, float[]? bias, float[] scale, float[] shift, int width)
    {
        float[] y = new float[x.Length];
        fixed (float* input = x, other = residual, added = bias, factors = scale, terms = shift, output = y)
            AddNormKernel.Run(input, other, residual.Length / width, added, factors, terms, 1e-5f, 0, x.Length / width, width, new RowSink(output, null, 0, 0));
        return y;
    }

    private static float[] Attended(
        float[] queries, float[] keys, float[]? bias, int batch, int queryCount, int keyCount, int heads, int headWidth, int queryStride, int keyStride, int keyOffset)
    {
        AttentionShape shape = new(batch, queryCount, keyCount, heads, headWidth, queryStride, keyStride, keyOffset);
        float[] y = new float[batch * queryCount * shape.Width];
        fixed (float* asking = queries, added = bias, keeping = keys, output = y)
            for (int item = 0; item < batch * heads; item++)
                AttentionKernel.Run(shape, asking, added, keeping, item, new RowSink(output, null, 0, 0));
        return y;
    }
}
