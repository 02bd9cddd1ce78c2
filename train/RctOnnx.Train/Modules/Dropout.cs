using System.Runtime.InteropServices;
using RctOnnx.Train.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace RctOnnx.Train.Modules;

/// <summary>Dropout (Srivastava et al. 2014) drawn from torch's generator, so that <c>manual_seed</c> repeats it.</summary>
internal static class Dropout
{
    /// <summary>
    /// The input itself in evaluation or with a share of zero. On the CPU torch draws one element after the other on one thread,
    /// which is a tenth of a step; there only a seed is drawn from its generator, and the mask follows from it in vector code.
    /// </summary>
    public static Tensor Apply(Tensor input, double share, bool training)
    {
        if (!training || share <= 0) return input;
        if (input.device_type != DeviceType.CPU || input.dtype is not (ScalarType.Float32 or ScalarType.BFloat16))
            return nn.functional.dropout(input, share, training: true);
        ulong seed = DrawSeed();
        using Tensor mask = empty(input.shape, input.dtype);
        if (input.dtype == ScalarType.Float32) DropoutMask.Fill(TensorMemory.Floats(mask), seed, share);
        else DropoutMask.FillHalves(TensorMemory.BFloat16s(mask), seed, share);
        return input * mask; // autograd keeps the mask
    }

    /// <summary>The factors of <see cref="Apply"/> in training with the next seed; nothing is drawn for a share of zero.</summary>
    public static DropoutRule Draw(double share) => share <= 0 ? new DropoutRule(0, 0) : new DropoutRule(DrawSeed(), share);

    private static ulong DrawSeed()
    {
        using Tensor drawn = empty(2, ScalarType.Int64);
        _ = drawn.random_(0, 1L << 32);
        ReadOnlySpan<ulong> halves = MemoryMarshal.Cast<byte, ulong>(drawn.bytes);
        return halves[0] | halves[1] << 32;
    }
}
