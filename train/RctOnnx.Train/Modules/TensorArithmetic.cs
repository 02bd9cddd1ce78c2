using TorchSharp;
using static TorchSharp.torch;

namespace RctOnnx.Train.Modules;

/// <summary>
/// Sums and products whose numbers live until libtorch has read them. TorchSharp's operators make an object of a number (also of the 1 in a + 1 · b) and
/// do not hold it during the call: a collection at that moment frees it, and the operation fails with a number of no known type, seen on
/// loaded machines once in some thousand steps.
/// </summary>
internal static class TensorArithmetic
{
    private static readonly Scalar One = 1, MinusOne = -1;

    /// <summary>a + b.</summary>
    public static Tensor Plus(this Tensor a, Tensor b) => a.add(b, One);

    /// <summary>a - b.</summary>
    public static Tensor Minus(this Tensor a, Tensor b) => a.add(b, MinusOne);

    /// <summary>a · factor.</summary>
    public static Tensor Times(this Tensor a, double factor)
    {
        Scalar held = factor;
        Tensor product = a.mul(held);
        GC.KeepAlive(held);
        return product;
    }
}
