using System.Runtime.Intrinsics;
using RctOnnx.Train.Kernels;

namespace RctOnnx.Train.Modules;

/// <summary>The factors of a <see cref="DropoutRule"/> in memory.</summary>
internal static class DropoutMask
{
    /// <summary>Fills fp32 factors.</summary>
    public static void Fill(Span<float> mask, ulong seed, double share)
    {
        DropoutRule rule = new(seed, share);
        int at = 0;
        for (; at <= mask.Length - Vector512<float>.Count; at += Vector512<float>.Count) rule.Factors((uint)at).CopyTo(mask[at..]);
        for (; at < mask.Length; at++) mask[at] = rule.IsKept((uint)at) ? rule.Factor : 0;
    }

    /// <summary>Fills factors that are bf16 numbers by their bits.</summary>
    public static void FillHalves(Span<ushort> mask, ulong seed, double share)
    {
        DropoutRule rule = new(seed, share);
        uint bits = BitConverter.SingleToUInt32Bits(rule.Factor);
        ushort half = (ushort)((bits + 0x7fff + ((bits >> 16) & 1)) >> 16); // round to nearest even
        int at = 0;
        Vector512<uint> index = Vector512<uint>.Indices, step = Vector512.Create((uint)Vector512<uint>.Count);
        Vector512<ushort> factors = Vector512.Create(half);
        for (; at <= mask.Length - Vector512<ushort>.Count; at += Vector512<ushort>.Count, index += step + step)
            (Vector512.Narrow(rule.Kept(index), rule.Kept(index + step)) & factors).CopyTo(mask[at..]);
        for (; at < mask.Length; at++) mask[at] = rule.IsKept((uint)at) ? half : (ushort)0;
    }
}
