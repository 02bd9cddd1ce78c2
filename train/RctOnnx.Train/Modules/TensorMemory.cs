using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace RctOnnx.Train.Modules;

/// <summary>The numbers of a contiguous tensor on the CPU. The tensor must outlive their use.</summary>
internal static unsafe class TensorMemory
{
    /// <summary>Of an fp32 tensor.</summary>
    public static Span<float> Floats(Tensor tensor) => MemoryMarshal.Cast<byte, float>(tensor.bytes);

    /// <summary>The bits of a bf16 tensor's numbers.</summary>
    public static Span<ushort> BFloat16s(Tensor tensor) => MemoryMarshal.Cast<byte, ushort>(tensor.bytes);

    /// <summary>Where an fp32 tensor lies; memory of libtorch, which the collector never moves.</summary>
    public static float* FloatPointer(Tensor tensor) => (float*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(Floats(tensor)));

    /// <summary>Where a bf16 tensor lies.</summary>
    public static ushort* BFloat16Pointer(Tensor tensor) => (ushort*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(BFloat16s(tensor)));
}
