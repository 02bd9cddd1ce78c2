using System.Runtime.Intrinsics.X86;
using RctOnnx.Onnx;
using RctOnnx.Train.Kernels;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RctOnnx.Train.Modules;

/// <summary>
/// The parts of a layer for its pass in bf16 with forward and backward written by hand: products by libtorch, and all between
/// them in vector code, one pass over memory each, where autograd would read and write every intermediate several times. What
/// it computes is what the modules compute: products in bf16; softmax, normalisation and residual sums in fp32.
/// </summary>
internal sealed record FusedLayer(EncoderConfig Config, AttentionBlock Attention, FeedForwardBlock FeedForward)
{
    /// <summary>Every parameter of the layer.</summary>
    public IEnumerable<Parameter> Parameters =>
    [
        .. new[] { Attention.Query, Attention.Key, Attention.Value, Attention.Output, FeedForward.Intermediate, FeedForward.Output }
            .SelectMany(linear => new[] { linear.Weight, linear.Bias }),
        .. new[] { Attention.Norm, FeedForward.Norm }.SelectMany(norm => new[] { norm.Weight, norm.Bias }),
    ];

    /// <summary>Whether the vector code fits a layer: AVX-512 and widths that are multiples of its loads.</summary>
    public static bool Fits(EncoderConfig config, Precision precision) =>
        precision == Precision.BFloat16 && Avx512BW.VL.IsSupported
        && config.HeadWidth % BFloat16Rows.Width == 0 && config.IntermediateWidth % BFloat16Rows.Width == 0;

    /// <summary>Whether it fits these states: on the CPU, with gradients asked for everywhere. Frozen parts are left to autograd.</summary>
    public bool Fits(Tensor states) =>
        states.device_type == DeviceType.CPU && states.dtype == ScalarType.Float32 && states.requires_grad && is_grad_enabled()
        && Parameters.All(parameter => parameter.requires_grad);
}
