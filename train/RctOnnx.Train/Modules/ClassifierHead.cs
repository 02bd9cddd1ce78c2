using RctOnnx.Onnx;
using static TorchSharp.torch;

namespace RctOnnx.Train.Modules;

/// <summary>
/// Features to logits: dropout → linear, or ELECTRA's dropout → dense → GELU → dropout → linear. In fp32: it is small, and
/// rounding here would go straight into the loss.
/// </summary>
public sealed class ClassifierHead : nn.Module<Tensor, Tensor>
{
    private readonly LinearLayer? _dense;
    private readonly LinearLayer _output;
    private readonly double _dropout;

    public ClassifierHead(HeadConfig head, int hiddenWidth, int labelCount)
        : base(nameof(ClassifierHead))
    {
        _dropout = head.Dropout;
        if (head.Kind == HeadKind.Electra)
        {
            _dense = new LinearLayer(hiddenWidth, hiddenWidth, Precision.Fp32);
            register_module("dense", _dense);
        }
        _output = new LinearLayer(hiddenWidth, labelCount, Precision.Fp32);
        register_module("output", _output);
    }

    /// <summary>[B, hidden] → [B, labels].</summary>
    public override Tensor forward(Tensor features)
    {
        Tensor inner = Dropout.Apply(features, _dropout, training);
        if (_dense is not null)
            inner = Dropout.Apply(Activations.Apply(Activation.Gelu, _dense.forward(inner)), _dropout, training);
        return _output.forward(inner);
    }
}
