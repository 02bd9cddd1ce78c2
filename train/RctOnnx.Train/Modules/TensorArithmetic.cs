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

    /// <summary>a + number; with the factor of the sum too, which TorchSharp makes otherwise.</summary>
    public static Tensor Plus(this Tensor a, double number) => With(number, held => a.add(held, One));

    /// <summary>number - a.</summary>
    public static Tensor From(this Tensor a, double number) => a.neg().Plus(number);

    /// <summary>a · factor.</summary>
    public static Tensor Times(this Tensor a, double factor) => With(factor, a.mul);

    /// <summary>a ÷ divisor.</summary>
    public static Tensor Over(this Tensor a, double divisor) => With(divisor, number => a.div(number));

    /// <summary>The larger one of a and a number.</summary>
    public static Tensor AtLeast(this Tensor a, double number) => With(number, a.clamp_min);

    /// <summary>The smaller one of a and a number.</summary>
    public static Tensor AtMost(this Tensor a, long number) => With(number, a.clamp_max);

    /// <summary>Whether a is above a number.</summary>
    public static Tensor Above(this Tensor a, double number) => With(number, a.gt);

    /// <summary>a to the power of a number.</summary>
    public static Tensor Power(this Tensor a, double exponent) => With(exponent, number => a.pow(number));

    private static Tensor With(Scalar held, Func<Scalar, Tensor> work)
    {
        Tensor result = work(held);
        GC.KeepAlive(held);
        return result;
    }
}
