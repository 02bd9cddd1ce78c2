using RctOnnx.Onnx;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RctOnnx.Train.Modules;

/// <summary>One score a text to the logarithms of the probabilities of ordered labels, by the arithmetic of <see cref="OrderedThresholds"/>.</summary>
internal sealed class OrderedThresholdLayer : nn.Module<Tensor, Tensor>
{
    public OrderedThresholdLayer(int labelCount)
        : base(nameof(OrderedThresholdLayer)) => register_parameter("bias", new Parameter(zeros(labelCount - 1)));

    /// <summary>[B, 1] → [B, labels].</summary>
    public override Tensor forward(Tensor score)
    {
        Tensor stored = get_parameter("bias")!, first = stored.slice(0, 0, 1, 1), steps = stored.slice(0, 1, stored.shape[0], 1).exp();
        Tensor distance = score.Minus(cat([first, first.Plus(steps.cumsum(0))])); // [B, labels - 1], score - threshold
        Tensor above = nn.functional.pad(nn.functional.softplus(distance), [0, 1]), below = nn.functional.pad(nn.functional.softplus(-distance), [1, 0]);
        return nn.functional.pad((-(-steps).expm1()).log(), [1, 1]).Minus(above).Minus(below);
    }
}
