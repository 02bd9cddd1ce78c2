using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace RctOnnx.Train.Kernels;

/// <summary>bf16 numbers in memory, 32 at a time, as two vectors of fp32 and back (rounded to nearest, ties to even).</summary>
internal static unsafe class BFloat16Rows
{
    /// <summary>Numbers of one load.</summary>
    public const int Width = 32;

    /// <summary>The numbers at an address.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Load(ushort* source, out Vector512<float> low, out Vector512<float> high)
    {
        low = Wide(Vector256.Load(source));
        high = Wide(Vector256.Load(source + 16));
    }

    /// <summary>Writes 32 numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(ushort* target, Vector512<float> low, Vector512<float> high)
    {
        Half(low).Store(target);
        Half(high).Store(target + 16);
    }

    /// <summary>The numbers as bf16 sees them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Rounded(Vector512<float> values) => Avx512F.ShiftLeftLogical(Bits(values), 16).AsSingle();

    /// <summary>Sixteen bf16 numbers in fp32.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Wide(Vector256<ushort> halves) => Avx512F.ShiftLeftLogical(Avx512F.ConvertToVector512UInt32(halves), 16).AsSingle();

    /// <summary>Sixteen numbers in bf16.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ushort> Half(Vector512<float> values) => Avx512F.ConvertToVector256UInt16(Bits(values));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> Bits(Vector512<float> values)
    {
        Vector512<uint> bits = values.AsUInt32();
        Vector512<uint> odd = Avx512F.ShiftRightLogical(bits, 16) & Vector512<uint>.One;
        return Avx512F.ShiftRightLogical(bits + Vector512.Create(0x7fffu) + odd, 16);
    }
}
