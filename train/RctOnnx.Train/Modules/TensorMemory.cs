using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace RctOnnx.Train.Modules;

/// <summary>The numbers of a contiguous tensor on the CPU as spans. The tensor must outlive their use.</summary>
internal static class TensorMemory
{
    /// <summary>Of an fp32 tensor.</summary>
    public static Span<float> Floats(Tensor tensor) => MemoryMarshal.Cast<byte, float>(tensor.bytes);

    /// <summary>The bits of a bf16 tensor's numbers.</summary>
    public static Span<ushort> BFloat16s(Tensor tensor) => MemoryMarshal.Cast<byte, ushort>(tensor.bytes);
}
