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
        Weight = new Parameter(ones(width));
        Bias = new Parameter(zeros(width));
        register_parameter("weight", Weight);
        register_parameter("bias", Bias);
    }

    /// <summary>[width].</summary>
    public Parameter Weight { get; }

    /// <summary>[width].</summary>
    public Parameter Bias { get; }

    /// <summary>[.., width] → [.., width], fp32.</summary>
    public override Tensor forward(Tensor input) => nn.functional.layer_norm(input, _shape, Weight, Bias, _epsilon);
}
