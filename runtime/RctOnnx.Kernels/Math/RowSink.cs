using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace RctOnnx.Kernels;

/// <summary>Where a kernel writes its numbers: as fp32, as uint8, or both. A null pointer is a form that is not wanted.</summary>
/// <param name="floats">For the numbers.</param>
/// <param name="bytes">For their quantised form.</param>
/// <param name="inverseScale">One over the quantisation's scale.</param>
/// <param name="zeroPoint">What 0 becomes.</param>
internal readonly unsafe struct RowSink(float* floats, byte* bytes, float inverseScale, byte zeroPoint)
{
    /// <summary>Numbers of one vector.</summary>
    public const int Width = 16;

    private readonly float* _floats = floats;
    private readonly byte* _bytes = bytes;
    private readonly float _inverseScale = inverseScale;
    private readonly int _zeroPoint = zeroPoint;

    /// <summary>Writes sixteen numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(nint at, Vector512<float> values)
    {
        if (_floats != null) values.Store(_floats + at);
        if (_bytes != null) Rounded(values).Store(_bytes + at);
    }

    /// <summary>Writes the first <paramref name="count"/> numbers of a vector.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public void StorePart(nint at, Vector512<float> values, int count)
    {
        Vector128<byte> rounded = Rounded(values);
        for (int i = 0; i < count; i++)
        {
            if (_floats != null) _floats[at + i] = values[i];
            if (_bytes != null) _bytes[at + i] = rounded[i];
        }
    }

    // x / scale to the nearest even, then the zero point, then the limits of a byte: QuantizeLinear.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector128<byte> Rounded(Vector512<float> values)
    {
        Vector512<int> whole = Avx512F.Add(Avx512F.ConvertToVector512Int32(Avx512F.Multiply(values, Vector512.Create(_inverseScale))), Vector512.Create(_zeroPoint));
        return Avx512F.ConvertToVector128ByteWithSaturation(Avx512F.Max(whole, Vector512<int>.Zero).AsUInt32());
    }
}
