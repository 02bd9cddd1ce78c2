using System.Runtime.Intrinsics;

namespace RctOnnx.Train.Modules;

/// <summary>
/// The factors of dropout: 0 with the share's probability and 1 / (1 − share) otherwise. Factor i is a hash of seed and i alone
/// (two rounds of a 32-bit integer hash with low bias), so that it does not depend on threads, vector width or type.
/// </summary>
internal static class DropoutMask
{
    private const uint Multiplier1 = 0x7feb352d, Multiplier2 = 0x846ca68b;

    /// <summary>Fills fp32 factors.</summary>
    public static void Fill(Span<float> mask, ulong seed, double share)
    {
        (uint threshold, float factor, seed) = Constants(share, seed);
        int at = 0;
        Vector512<uint> limit = Vector512.Create(threshold), index = Vector512<uint>.Indices, step = Vector512.Create((uint)Vector512<uint>.Count);
        Vector512<float> factors = Vector512.Create(factor);
        for (; at <= mask.Length - Vector512<float>.Count; at += Vector512<float>.Count, index += step)
            (Vector512.GreaterThanOrEqual(Hash(index, seed), limit).AsSingle() & factors).CopyTo(mask[at..]);
        for (; at < mask.Length; at++) mask[at] = Hash((uint)at, seed) >= threshold ? factor : 0;
    }

    /// <summary>Fills factors that are bf16 numbers by their bits.</summary>
    public static void FillHalves(Span<ushort> mask, ulong seed, double share)
    {
        (uint threshold, float factor, seed) = Constants(share, seed);
        uint bits = BitConverter.SingleToUInt32Bits(factor);
        ushort half = (ushort)((bits + 0x7fff + ((bits >> 16) & 1)) >> 16); // round to nearest even
        int at = 0;
        Vector512<uint> limit = Vector512.Create(threshold), index = Vector512<uint>.Indices, step = Vector512.Create((uint)Vector512<uint>.Count);
        Vector512<ushort> factors = Vector512.Create(half);
        for (; at <= mask.Length - Vector512<ushort>.Count; at += Vector512<ushort>.Count)
        {
            Vector512<uint> low = Vector512.GreaterThanOrEqual(Hash(index, seed), limit);
            index += step;
            Vector512<uint> high = Vector512.GreaterThanOrEqual(Hash(index, seed), limit);
            index += step;
            (Vector512.Narrow(low, high) & factors).CopyTo(mask[at..]);
        }
        for (; at < mask.Length; at++) mask[at] = Hash((uint)at, seed) >= threshold ? half : (ushort)0;
    }

    // Seeds are mixed (the last step of SplitMix64): with neighbouring ones the masks would be one mask, shifted.
    private static (uint Threshold, float Factor, ulong Seed) Constants(double share, ulong seed)
    {
        seed = (seed ^ (seed >> 30)) * 0xbf58476d1ce4e5b9;
        seed = (seed ^ (seed >> 27)) * 0x94d049bb133111eb;
        return ((uint)Math.Min(uint.MaxValue, share * (1L << 32)), (float)(1 / (1 - share)), seed ^ (seed >> 31));
    }

    private static Vector512<uint> Hash(Vector512<uint> index, ulong seed)
    {
        Vector512<uint> x = index + Vector512.Create((uint)seed);
        x = (x ^ (x >> 16)) * Multiplier1;
        x = (x ^ (x >> 15)) * Multiplier2;
        x = (x ^ (x >> 16)) + Vector512.Create((uint)(seed >> 32));
        x = (x ^ (x >> 16)) * Multiplier1;
        x = (x ^ (x >> 15)) * Multiplier2;
        return x ^ (x >> 16);
    }

    private static uint Hash(uint index, ulong seed)
    {
        uint x = index + (uint)seed;
        x = (x ^ (x >> 16)) * Multiplier1;
        x = (x ^ (x >> 15)) * Multiplier2;
        x = (x ^ (x >> 16)) + (uint)(seed >> 32);
        x = (x ^ (x >> 16)) * Multiplier1;
        x = (x ^ (x >> 15)) * Multiplier2;
        return x ^ (x >> 16);
    }
}
