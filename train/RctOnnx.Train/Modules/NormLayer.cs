using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RctOnnx.Train.Modules;

/// <summary>Layer normalisation over the last dimension (Ba et al. 2016), always in fp32.</summary>
public sealed class NormLayer : nn.Module<Tensor, Tensor>
{
    private readonly long[] _shape;
    private readonly double _epsilon;

    public NormLayer(int width, double epsilon)
        : base(nameof(NormLayer))
    {
        (_shape, _epsilon) = ([width], epsilon);
        register_parameter("weight", new Parameter(ones(width)));
        register_parameter("bias", new Parameter(zeros(width)));
    }

    /// <summary>[width].</summary>
    public Parameter Weight => get_parameter("weight")!; // asked for, as a move to a device registers new ones

    /// <summary>[width].</summary>
    public Parameter Bias => get_parameter("bias")!;

    /// <summary>[.., width] → [.., width], fp32.</summary>
    public override Tensor forward(Tensor input) => nn.functional.layer_norm(input, _shape, Weight, Bias, _epsilon);
}
