using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace RctOnnx.Train.Kernels;

/// <summary>
/// The factors of one dropout (Srivastava et al. 2014): 0 with the share's probability and 1 / (1 − share) otherwise. Factor i is
/// a hash of seed and i alone (a 32-bit integer hash with low bias, with half of the seed before and half within it), so that it does not depend on threads, vector
/// width or type, and the backward pass draws it again in place of reading it.
/// </summary>
internal readonly struct DropoutRule
{
    private const uint Multiplier1 = 0x7feb352d, Multiplier2 = 0x846ca68b;

    private readonly uint _low, _high;

    /// <param name="seed">Any number.</param>
    /// <param name="share">From 0 to below 1.</param>
    public DropoutRule(ulong seed, double share)
    {
        // Seeds are mixed (the last step of SplitMix64): with neighbouring ones the masks would be one mask, shifted.
        seed = (seed ^ (seed >> 30)) * 0xbf58476d1ce4e5b9;
        seed = (seed ^ (seed >> 27)) * 0x94d049bb133111eb;
        seed ^= seed >> 31;
        (_low, _high) = ((uint)seed, (uint)(seed >> 32));
        Threshold = (uint)Math.Min(uint.MaxValue, share * (1L << 32));
        Factor = (float)(1 / (1 - share));
    }

    /// <summary>Hashes below it are dropped; zero drops nothing.</summary>
    public uint Threshold { get; }

    /// <summary>What the others are multiplied by.</summary>
    public float Factor { get; }

    /// <summary>Sixteen factors from an index on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<float> Factors(uint index) =>
        Kept(Vector512<uint>.Indices + Vector512.Create(index)).AsSingle() & Vector512.Create(Factor);

    /// <summary>All bits set where the number of an index is kept.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<uint> Kept(Vector512<uint> index) => Vector512.GreaterThanOrEqual(Hash(index), Vector512.Create(Threshold));

    /// <summary>The same for one index.</summary>
    public bool IsKept(uint index)
    {
        uint x = index + _low;
        x = (x ^ (x >> 16)) * Multiplier1 + _high;
        x = (x ^ (x >> 15)) * Multiplier2;
        return (x ^ (x >> 16)) >= Threshold;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector512<uint> Hash(Vector512<uint> index)
    {
        Vector512<uint> x = index + Vector512.Create(_low);
        x = (x ^ (x >> 16)) * Multiplier1 + Vector512.Create(_high);
        x = (x ^ (x >> 15)) * Multiplier2;
        return x ^ (x >> 16);
    }
}
