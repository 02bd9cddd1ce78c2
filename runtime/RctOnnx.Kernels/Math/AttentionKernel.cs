using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace RctOnnx.Kernels;

/// <summary>
/// Attention of one head of one text (Vaswani et al. 2017) without a mask: softmax(Q Kᵀ) V, the scale being in the queries.
/// Queries, keys (transposed) and values are copied to where the caches like them; four queries share every load. A row's
/// result depends on nothing but its own query and the text's keys and values.
/// </summary>
internal static unsafe class AttentionKernel
{
    private const int Rows = 4;

    /// <summary>The context of one head.</summary>
    /// <param name="shape">The extents.</param>
    /// <param name="queries">[batch, queries, query stride].</param>
    /// <param name="queryBias">[width], or null.</param>
    /// <param name="keys">Keys and values, [batch, keys, key stride].</param>
    /// <param name="item">Text and head: text × heads + head.</param>
    /// <param name="output">[batch, queries, width].</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(in AttentionShape shape, float* queries, float* queryBias, float* keys, nint item, RowSink output)
    {
        int head = (int)(item % shape.HeadCount), width = shape.HeadWidth, padded = AttentionShape.Padded(width);
        nint text = item / shape.HeadCount;
        int keyCount = shape.KeyCount, keyWidth = AttentionShape.Padded(keyCount), queryRows = (shape.QueryCount + Rows - 1) / Rows * Rows;
        float* scratch = Scratch.OfThread.Rent((nint)queryRows * padded + (nint)width * keyWidth + (nint)keyCount * padded + Rows * (nint)(keyWidth + padded));
        float* q = scratch, k = q + (nint)queryRows * padded, v = k + (nint)width * keyWidth, p = v + (nint)keyCount * padded, c = p + Rows * (nint)keyWidth;
        CopyQueries(shape, queries + text * shape.QueryCount * shape.QueryStride + head * width, queryBias == null ? null : queryBias + head * width, q, queryRows, padded);
        float* source = keys + text * keyCount * shape.KeyStride + shape.KeyOffset + head * width;
        Transpose(source, shape.KeyStride, keyCount, width, k, keyWidth);
        CopyValues(source + shape.Width, shape.KeyStride, keyCount, width, v, padded);
        for (int row = 0; row < shape.QueryCount; row += Rows)
        {
            Scores(q + (nint)row * padded, padded, k, keyWidth, width, p);
            Vector512<float> sums = Softmax(p, keyWidth, keyCount);
            Context(p, keyWidth, keyCount, v, padded, sums, c);
            Write(c, padded, Math.Min(Rows, shape.QueryCount - row), width, (text * shape.QueryCount + row) * shape.Width + head * width, shape.Width, output);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CopyQueries(in AttentionShape shape, float* source, float* bias, float* q, int rows, int padded)
    {
        int whole = shape.HeadWidth / RowSink.Width * RowSink.Width, rest = shape.HeadWidth - whole;
        for (int row = 0; row < rows; row++, q += padded)
        {
            float* from = source + row * shape.QueryStride;
            for (int at = 0; at < whole; at += RowSink.Width)
            {
                Vector512<float> values = row < shape.QueryCount ? Vector512.Load(from + at) : Vector512<float>.Zero;
                if (bias != null) values = Avx512F.Add(values, Vector512.Load(bias + at));
                values.Store(q + at);
            }
            if (rest == 0) continue;
            Vector512<float> tail = row < shape.QueryCount ? VectorMath.LoadPart(from + whole, rest) : Vector512<float>.Zero;
            if (bias != null) tail = Avx512F.Add(tail, VectorMath.LoadPart(bias + whole, rest));
            tail.Store(q + whole);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CopyValues(float* source, nint stride, int count, int width, float* v, int padded)
    {
        int whole = width / RowSink.Width * RowSink.Width;
        for (int row = 0; row < count; row++, source += stride, v += padded)
        {
            for (int at = 0; at < whole; at += RowSink.Width) Vector512.Load(source + at).Store(v + at);
            if (whole < width) VectorMath.LoadPart(source + whole, width - whole).Store(v + whole);
        }
    }

    // [count, width] → [width, padded count], with zeros behind the last.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Transpose(float* source, nint stride, int count, int width, float* target, int padded)
    {
        int row = 0, whole = width / RowSink.Width * RowSink.Width;
        for (; row + 4 <= count; row += 4)
        {
            float* a = source + row * stride, b = a + stride, c = b + stride, d = c + stride, to = target + row;
            for (int column = 0; column < whole; column += RowSink.Width)
            {
                // Four by four inside each quarter of the vectors.
                Vector512<float> low = Avx512F.UnpackLow(Vector512.Load(a + column), Vector512.Load(b + column));
                Vector512<float> high = Avx512F.UnpackHigh(Vector512.Load(a + column), Vector512.Load(b + column));
                Vector512<float> low2 = Avx512F.UnpackLow(Vector512.Load(c + column), Vector512.Load(d + column));
                Vector512<float> high2 = Avx512F.UnpackHigh(Vector512.Load(c + column), Vector512.Load(d + column));
                Scatter(Avx512F.UnpackLow(low.AsDouble(), low2.AsDouble()), to, padded);
                Scatter(Avx512F.UnpackHigh(low.AsDouble(), low2.AsDouble()), to += padded, padded);
                Scatter(Avx512F.UnpackLow(high.AsDouble(), high2.AsDouble()), to += padded, padded);
                Scatter(Avx512F.UnpackHigh(high.AsDouble(), high2.AsDouble()), to += padded, padded);
                to += 13 * (nint)padded;
            }
            for (int column = whole; column < width; column++, to += padded) Vector128.Create(a[column], b[column], c[column], d[column]).Store(to);
        }
        for (; row < padded; row++)
            for (int column = 0; column < width; column++)
                target[(nint)column * padded + row] = row < count ? source[row * stride + column] : 0;
    }

    // The quarters of a vector to columns that are four apart.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Scatter(Vector512<double> values, float* target, nint padded)
    {
        Avx512F.ExtractVector128(values, 0).AsSingle().Store(target);
        Avx512F.ExtractVector128(values, 1).AsSingle().Store(target + 4 * padded);
        Avx512F.ExtractVector128(values, 2).AsSingle().Store(target + 8 * padded);
        Avx512F.ExtractVector128(values, 3).AsSingle().Store(target + 12 * padded);
    }

    // Four rows of q times k: p [4, keys]. Eight or more sums at once hide the latency of the additions.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Scores(float* q, int padded, float* k, int keyWidth, int width, float* p)
    {
        int at = 0;
        for (; keyWidth - at is 48 or > 64; at += 48) Scores48(q, padded, k + at, keyWidth, width, p + at);
        for (; at + 32 <= keyWidth; at += 32) Scores32(q, padded, k + at, keyWidth, width, p + at);
        if (at < keyWidth) Scores16(q, padded, k + at, keyWidth, width, p + at);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Scores48(float* q, int padded, float* k, nint keyWidth, int width, float* p)
    {
        float* q0 = q, q1 = q0 + padded, q2 = q1 + padded, q3 = q2 + padded;
        Vector512<float> a0 = default, a1 = default, a2 = default, a3 = default, b0 = default, b1 = default, b2 = default, b3 = default;
        Vector512<float> c0 = default, c1 = default, c2 = default, c3 = default;
        for (int i = 0; i < width; i++, k += keyWidth)
        {
            Vector512<float> x = Vector512.Load(k), y = Vector512.Load(k + 16), z = Vector512.Load(k + 32);
            Vector512<float> one = Vector512.Create(q0[i]);
            a0 = Avx512F.FusedMultiplyAdd(one, x, a0);
            b0 = Avx512F.FusedMultiplyAdd(one, y, b0);
            c0 = Avx512F.FusedMultiplyAdd(one, z, c0);
            one = Vector512.Create(q1[i]);
            a1 = Avx512F.FusedMultiplyAdd(one, x, a1);
            b1 = Avx512F.FusedMultiplyAdd(one, y, b1);
            c1 = Avx512F.FusedMultiplyAdd(one, z, c1);
            one = Vector512.Create(q2[i]);
            a2 = Avx512F.FusedMultiplyAdd(one, x, a2);
            b2 = Avx512F.FusedMultiplyAdd(one, y, b2);
            c2 = Avx512F.FusedMultiplyAdd(one, z, c2);
            one = Vector512.Create(q3[i]);
            a3 = Avx512F.FusedMultiplyAdd(one, x, a3);
            b3 = Avx512F.FusedMultiplyAdd(one, y, b3);
            c3 = Avx512F.FusedMultiplyAdd(one, z, c3);
        }
        a0.Store(p);
        b0.Store(p + 16);
        c0.Store(p + 32);
        a1.Store(p += keyWidth);
        b1.Store(p + 16);
        c1.Store(p + 32);
        a2.Store(p += keyWidth);
        b2.Store(p + 16);
        c2.Store(p + 32);
        a3.Store(p += keyWidth);
        b3.Store(p + 16);
        c3.Store(p + 32);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Scores32(float* q, int padded, float* k, nint keyWidth, int width, float* p)
    {
        float* q0 = q, q1 = q0 + padded, q2 = q1 + padded, q3 = q2 + padded;
        Vector512<float> a0 = default, a1 = default, a2 = default, a3 = default, b0 = default, b1 = default, b2 = default, b3 = default;
        for (int i = 0; i < width; i++, k += keyWidth)
        {
            Vector512<float> x = Vector512.Load(k), y = Vector512.Load(k + 16), one = Vector512.Create(q0[i]);
            a0 = Avx512F.FusedMultiplyAdd(one, x, a0);
            b0 = Avx512F.FusedMultiplyAdd(one, y, b0);
            one = Vector512.Create(q1[i]);
            a1 = Avx512F.FusedMultiplyAdd(one, x, a1);
            b1 = Avx512F.FusedMultiplyAdd(one, y, b1);
            one = Vector512.Create(q2[i]);
            a2 = Avx512F.FusedMultiplyAdd(one, x, a2);
            b2 = Avx512F.FusedMultiplyAdd(one, y, b2);
            one = Vector512.Create(q3[i]);
            a3 = Avx512F.FusedMultiplyAdd(one, x, a3);
            b3 = Avx512F.FusedMultiplyAdd(one, y, b3);
        }
        a0.Store(p);
        b0.Store(p + 16);
        a1.Store(p += keyWidth);
        b1.Store(p + 16);
        a2.Store(p += keyWidth);
        b2.Store(p + 16);
        a3.Store(p += keyWidth);
        b3.Store(p + 16);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Scores16(float* q, int padded, float* k, nint keyWidth, int width, float* p)
    {
        float* q0 = q, q1 = q0 + padded, q2 = q1 + padded, q3 = q2 + padded;
        Vector512<float> a0 = default, a1 = default, a2 = default, a3 = default;
        for (int i = 0; i < width; i++, k += keyWidth)
        {
            Vector512<float> x = Vector512.Load(k);
            a0 = Avx512F.FusedMultiplyAdd(Vector512.Create(q0[i]), x, a0);
            a1 = Avx512F.FusedMultiplyAdd(Vector512.Create(q1[i]), x, a1);
            a2 = Avx512F.FusedMultiplyAdd(Vector512.Create(q2[i]), x, a2);
            a3 = Avx512F.FusedMultiplyAdd(Vector512.Create(q3[i]), x, a3);
        }
        a0.Store(p);
        a1.Store(p += keyWidth);
        a2.Store(p += keyWidth);
        a3.Store(p + keyWidth);
    }

    // e^(p - max) in place; the sums of the four rows, again and again.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static Vector512<float> Softmax(float* p0, nint keyWidth, int keyCount)
    {
        float* p1 = p0 + keyWidth, p2 = p1 + keyWidth, p3 = p2 + keyWidth;
        nint last = keyWidth - RowSink.Width;
        Vector512<float> isKey = Vector512.LessThan(Vector512<int>.Indices, Vector512.Create(keyCount - (int)last)).AsSingle();
        Hide(isKey, p0 + last);
        Hide(isKey, p1 + last);
        Hide(isKey, p2 + last);
        Hide(isKey, p3 + last);
        Vector512<float> m0 = Vector512.Load(p0), m1 = Vector512.Load(p1), m2 = Vector512.Load(p2), m3 = Vector512.Load(p3);
        for (nint at = RowSink.Width; at < keyWidth; at += RowSink.Width)
        {
            m0 = Avx512F.Max(m0, Vector512.Load(p0 + at));
            m1 = Avx512F.Max(m1, Vector512.Load(p1 + at));
            m2 = Avx512F.Max(m2, Vector512.Load(p2 + at));
            m3 = Avx512F.Max(m3, Vector512.Load(p3 + at));
        }
        Vector512<float> x = Avx512F.Max(Avx512F.UnpackLow(m0, m1), Avx512F.UnpackHigh(m0, m1)), y = Avx512F.Max(Avx512F.UnpackLow(m2, m3), Avx512F.UnpackHigh(m2, m3));
        x = Avx512F.Max(Low(x, y), High(x, y));
        x = Avx512F.Max(x, VectorMath.Halves(x));
        x = Avx512F.Max(x, VectorMath.Quarters(x));
        (m0, m1, m2, m3) = (Avx512F.Permute4x32(x, 0x00), Avx512F.Permute4x32(x, 0x55), Avx512F.Permute4x32(x, 0xAA), Avx512F.Permute4x32(x, 0xFF));
        Vector512<float> s0 = default, s1 = default, s2 = default, s3 = default;
        for (nint at = 0; at < keyWidth; at += RowSink.Width)
        {
            s0 = Avx512F.Add(s0, Exponential(p0 + at, m0));
            s1 = Avx512F.Add(s1, Exponential(p1 + at, m1));
            s2 = Avx512F.Add(s2, Exponential(p2 + at, m2));
            s3 = Avx512F.Add(s3, Exponential(p3 + at, m3));
        }
        x = Avx512F.Add(Avx512F.UnpackLow(s0, s1), Avx512F.UnpackHigh(s0, s1));
        y = Avx512F.Add(Avx512F.UnpackLow(s2, s3), Avx512F.UnpackHigh(s2, s3));
        x = Avx512F.Add(Low(x, y), High(x, y));
        x = Avx512F.Add(x, VectorMath.Halves(x));
        return Avx512F.Add(x, VectorMath.Quarters(x));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Hide(Vector512<float> isKey, float* p) =>
        Vector512.ConditionalSelect(isKey, Vector512.Load(p), Vector512.Create(float.NegativeInfinity)).Store(p);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Exponential(float* p, Vector512<float> highest)
    {
        Vector512<float> e = VectorMath.ExpOfNegative(Avx512F.Subtract(Vector512.Load(p), highest));
        e.Store(p);
        return e;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Low(Vector512<float> x, Vector512<float> y) => Avx512F.UnpackLow(x.AsDouble(), y.AsDouble()).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> High(Vector512<float> x, Vector512<float> y) => Avx512F.UnpackHigh(x.AsDouble(), y.AsDouble()).AsSingle();

    // p [4, keys] times v [keys, width], each row over its sum: c [4, width]. Without a second vector the first is computed twice.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Context(float* p0, nint keyWidth, int keyCount, float* v, int padded, Vector512<float> sums, float* c)
    {
        float* p1 = p0 + keyWidth, p2 = p1 + keyWidth, p3 = p2 + keyWidth;
        Vector512<float> factors = Avx512F.Divide(Vector512<float>.One, sums);
        for (int at = 0; at < padded; at += 2 * RowSink.Width)
        {
            nint second = at + RowSink.Width < padded ? RowSink.Width : 0;
            Vector512<float> a0 = default, a1 = default, a2 = default, a3 = default, b0 = default, b1 = default, b2 = default, b3 = default;
            float* row = v + at, to = c + at;
            for (int key = 0; key < keyCount; key++, row += padded)
            {
                Vector512<float> x = Vector512.Load(row), y = Vector512.Load(row + second), one = Vector512.Create(p0[key]);
                a0 = Avx512F.FusedMultiplyAdd(one, x, a0);
                b0 = Avx512F.FusedMultiplyAdd(one, y, b0);
                one = Vector512.Create(p1[key]);
                a1 = Avx512F.FusedMultiplyAdd(one, x, a1);
                b1 = Avx512F.FusedMultiplyAdd(one, y, b1);
                one = Vector512.Create(p2[key]);
                a2 = Avx512F.FusedMultiplyAdd(one, x, a2);
                b2 = Avx512F.FusedMultiplyAdd(one, y, b2);
                one = Vector512.Create(p3[key]);
                a3 = Avx512F.FusedMultiplyAdd(one, x, a3);
                b3 = Avx512F.FusedMultiplyAdd(one, y, b3);
            }
            Vector512<float> factor = Avx512F.Permute4x32(factors, 0x00);
            Avx512F.Multiply(a0, factor).Store(to);
            Avx512F.Multiply(b0, factor).Store(to + second);
            factor = Avx512F.Permute4x32(factors, 0x55);
            Avx512F.Multiply(a1, factor).Store(to += padded);
            Avx512F.Multiply(b1, factor).Store(to + second);
            factor = Avx512F.Permute4x32(factors, 0xAA);
            Avx512F.Multiply(a2, factor).Store(to += padded);
            Avx512F.Multiply(b2, factor).Store(to + second);
            factor = Avx512F.Permute4x32(factors, 0xFF);
            Avx512F.Multiply(a3, factor).Store(to += padded);
            Avx512F.Multiply(b3, factor).Store(to + second);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Write(float* c, int padded, int rows, int width, nint target, nint stride, RowSink output)
    {
        int whole = width / RowSink.Width * RowSink.Width;
        for (int row = 0; row < rows; row++, c += padded, target += stride)
        {
            for (int at = 0; at < whole; at += RowSink.Width) output.Store(target + at, Vector512.Load(c + at));
            if (whole < width) output.StorePart(target + whole, Vector512.Load(c + whole), width - whole);
        }
    }
}
