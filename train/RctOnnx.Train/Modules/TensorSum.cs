using TorchSharp;
using static TorchSharp.torch;

namespace RctOnnx.Train.Modules;

/// <summary>
/// Sums of tensors. TorchSharp's '+' makes a number of its own for the factor of the second one and does not hold it while libtorch reads it: a
/// collection at that moment frees it, and the sum fails (seen on loaded machines, once in some thousand steps). This number is never freed.
/// </summary>
internal static class TensorSum
{
    private static readonly Scalar One = 1;

    /// <summary>a + b.</summary>
    public static Tensor Plus(this Tensor a, Tensor b) => a.add(b, One);
}
