namespace RctOnnx.Train.Batching;

/// <summary>
/// Permutations from a seed that are the same on every machine, thread count and .NET version: SplitMix64 (Steele et al. 2014)
/// under the shuffle of Fisher and Yates. The order of an epoch can be made again at any time, so that a checkpoint stores no generator.
/// </summary>
public sealed class SeededOrder
{
    private ulong _state;

    /// <summary>A stream of its own for each pair of seed and epoch.</summary>
    public SeededOrder(long seed, long epoch)
    {
        _state = (ulong)seed;
        _state = Next() ^ (ulong)epoch;
    }

    /// <summary>Shuffles in place.</summary>
    public void Shuffle<T>(Span<T> items)
    {
        for (int i = items.Length - 1; i > 0; i--)
        {
            int other = Below(i + 1);
            (items[i], items[other]) = (items[other], items[i]);
        }
    }

    /// <summary>A number from 0 to below the bound, which is at least one.</summary>
    // The upper half of a 128-bit product: the bias is below 2^-32 for any number of rows that fits in memory.
    public int Below(int bound) => (int)Math.BigMul(Next(), (ulong)bound, out _);

    /// <summary>A number from 0 to below 1.</summary>
    public double NextDouble() => (Next() >> 11) * (1.0 / (1UL << 53));

    private ulong Next()
    {
        ulong z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
