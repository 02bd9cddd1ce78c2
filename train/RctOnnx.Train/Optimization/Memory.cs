using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace RctOnnx.Train.Optimization;

/// <summary>The numbers of a contiguous fp32 tensor on the CPU as spans. The tensor must outlive their use.</summary>
internal static class Memory
{
    /// <summary>Where the numbers lie and how many there are.</summary>
    public static unsafe void Of(Tensor tensor, out nint address, out int length)
    {
        Span<float> values = MemoryMarshal.Cast<byte, float>(tensor.bytes);
        length = values.Length;
        fixed (float* first = values) address = (nint)first; // memory of libtorch: the collector never moves it
    }

    /// <summary>A piece of them.</summary>
    public static unsafe Span<float> Span(nint address, int start, int count) => new((float*)address + start, count);
}
