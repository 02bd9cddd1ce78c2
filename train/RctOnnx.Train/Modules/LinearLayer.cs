using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RctOnnx.Train.Modules;

/// <summary>
/// y = x · W + b with W as <c>[inputs, outputs]</c>, the layout of the model file: weights go in and out without a transpose.
/// </summary>
public sealed class LinearLayer : nn.Module<Tensor, Tensor>
{
    public LinearLayer(int inputWidth, int outputWidth, Precision precision)
        : base(nameof(LinearLayer))
    {
        Precision = precision;
        register_parameter("weight", new Parameter(empty(inputWidth, outputWidth)));
        register_parameter("bias", new Parameter(zeros(outputWidth)));
    }

    /// <summary>[inputs, outputs], fp32.</summary>
    public Parameter Weight => get_parameter("weight")!; // asked for, as a move to a device registers new ones

    /// <summary>[outputs], fp32.</summary>
    public Parameter Bias => get_parameter("bias")!;

    /// <summary>In what numbers the product runs in training; evaluation is fp32, as the exported file computes.</summary>
    public Precision Precision { get; }

    /// <summary>[.., inputs] → [.., outputs]; the result is bf16 when the product is.</summary>
    public override Tensor forward(Tensor input)
    {
        // PyTorch's linear wants [outputs, inputs]; the transposed view costs nothing and the product reads it as it lies.
        return training && Precision == Precision.BFloat16
            ? nn.functional.linear(input.to(ScalarType.BFloat16), Weight.to(ScalarType.BFloat16).t(), Bias.to(ScalarType.BFloat16))
            : nn.functional.linear(input, Weight.t(), Bias);
    }
}
