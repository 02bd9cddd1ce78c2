using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace RctOnnx.Train.Kernels;

/// <summary>Rows of tokens to rows of heads and back, bf16. Head widths are multiples of 32.</summary>
/// <param name="RowCount">Texts.</param>
/// <param name="Length">Tokens of a text.</param>
/// <param name="HeadCount">Heads.</param>
/// <param name="HeadWidth">Columns of a head.</param>
internal readonly unsafe record struct HeadRows(int RowCount, int Length, int HeadCount, int HeadWidth)
{
    /// <summary>Columns of all heads.</summary>
    public int Width => HeadCount * HeadWidth;

    /// <summary>Tokens of all texts.</summary>
    public int TokenCount => RowCount * Length;

    /// <summary>(source + bias) · scale of some tokens, [tokens, stride] to [texts, heads, tokens, head width].</summary>
    /// <param name="first">First token of all texts together.</param>
    /// <param name="end">The token after the last.</param>
    /// <param name="source">The first head's first column of the first token.</param>
    /// <param name="stride">From one token to the next.</param>
    /// <param name="bias">[heads · head width], or null.</param>
    /// <param name="scale">Times the sum.</param>
    /// <param name="target">[texts, heads, tokens, head width].</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Split(int first, int end, ushort* source, int stride, float* bias, float scale, ushort* target)
    {
        Vector512<float> factor = Vector512.Create(scale);
        for (int token = first; token < end; token++)
        {
            ushort* from = source + (nint)token * stride;
            for (int head = 0; head < HeadCount; head++)
            {
                ushort* to = target + Place(token, head);
                for (int at = 0; at < HeadWidth; at += BFloat16Rows.Width)
                {
                    int column = head * HeadWidth + at;
                    BFloat16Rows.Load(from + column, out Vector512<float> low, out Vector512<float> high);
                    if (bias != null)
                    {
                        low += Vector512.Load(bias + column);
                        high += Vector512.Load(bias + column + 16);
                    }
                    BFloat16Rows.Store(to + at, low * factor, high * factor);
                }
            }
        }
    }

    /// <summary>The way back: [texts, heads, tokens, head width] · scale to [tokens, stride].</summary>
    /// <param name="first">First token of all texts together.</param>
    /// <param name="end">The token after the last.</param>
    /// <param name="source">[texts, heads, tokens, head width].</param>
    /// <param name="scale">Times the numbers.</param>
    /// <param name="target">The first head's first column of the first token.</param>
    /// <param name="stride">From one token to the next.</param>
    /// <param name="sums">Takes the sums over the tokens, [heads · head width]; or null.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Merge(int first, int end, ushort* source, float scale, ushort* target, int stride, float* sums)
    {
        Vector512<float> factor = Vector512.Create(scale);
        if (sums != null) new Span<float>(sums, Width).Clear();
        for (int token = first; token < end; token++)
        {
            ushort* to = target + (nint)token * stride;
            for (int head = 0; head < HeadCount; head++)
            {
                ushort* from = source + Place(token, head);
                for (int at = 0; at < HeadWidth; at += BFloat16Rows.Width)
                {
                    int column = head * HeadWidth + at;
                    BFloat16Rows.Load(from + at, out Vector512<float> low, out Vector512<float> high);
                    low *= factor;
                    high *= factor;
                    BFloat16Rows.Store(to + column, low, high);
                    if (sums == null) continue;
                    (Vector512.Load(sums + column) + low).Store(sums + column);
                    (Vector512.Load(sums + column + 16) + high).Store(sums + column + 16);
                }
            }
        }
    }

    private nint Place(int token, int head)
    {
        (int text, int place) = Math.DivRem(token, Length);
        return ((nint)(text * HeadCount + head) * Length + place) * HeadWidth;
    }
}
