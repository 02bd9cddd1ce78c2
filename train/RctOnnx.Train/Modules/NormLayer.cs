using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RctOnnx.Train.Modules;

/// <summary>Layer normalisation over the last dimension (Ba et al. 2016), always in fp32.</summary>
public sealed class NormLayer : nn.Module<Tensor, Tensor>
{
    private readonly long[] _shape;

    public NormLayer(int width, double epsilon)
        : base(nameof(NormLayer))
    {
        (_shape, Epsilon) = ([width], epsilon);
        register_parameter("weight", new Parameter(ones(width)));
        register_parameter("bias", new Parameter(zeros(width)));
    }

    /// <summary>[width].</summary>
    public Parameter Weight => get_parameter("weight")!; // asked for, as a move to a device registers new ones

    /// <summary>[width].</summary>
    public Parameter Bias => get_parameter("bias")!;

    /// <summary>Added to the variance.</summary>
    public double Epsilon { get; }

    /// <summary>[.., width] → [.., width], fp32.</summary>
    public override Tensor forward(Tensor input) => nn.functional.layer_norm(input, _shape, Weight, Bias, Epsilon);
}
