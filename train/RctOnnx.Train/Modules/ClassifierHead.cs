using RctOnnx.Onnx;
using static TorchSharp.torch;

namespace RctOnnx.Train.Modules;

/// <summary>
/// Features to logits: dropout → linear, ELECTRA's dropout → dense → GELU → dropout → linear, or hidden layers with ReLU, each after
/// dropout, below the linear one; with ordered thresholds behind it where the labels are ordered. In fp32: it is small, and
/// rounding here would go straight into the loss.
/// </summary>
public sealed class ClassifierHead : nn.Module<Tensor, Tensor>
{
    private readonly LinearLayer? _dense;
    private readonly LinearLayer[] _hidden;
    private readonly LinearLayer _output;
    private readonly OrderedThresholdLayer? _thresholds;
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
        int[] widths = [hiddenWidth, .. head.HiddenWidths ?? []];
        _hidden = [.. widths.Zip(widths.Skip(1), (below, width) => new LinearLayer(below, width, Precision.Fp32))];
        if (_hidden.Length > 0) register_module("hidden", nn.ModuleList(_hidden));
        _output = new LinearLayer(widths[^1], head.OutputWidth(labelCount), Precision.Fp32);
        register_module("output", _output);
        if (!head.IsCumulative) return;
        _thresholds = new OrderedThresholdLayer(labelCount);
        register_module("thresholds", _thresholds);
    }

    /// <summary>[B, hidden] → [B, labels].</summary>
    public override Tensor forward(Tensor features)
    {
        Tensor inner = Dropout.Apply(features, _dropout, training);
        if (_dense is not null)
            inner = Dropout.Apply(Activations.Apply(Activation.Gelu, _dense.forward(inner)), _dropout, training);
        foreach (LinearLayer hidden in _hidden)
            inner = Dropout.Apply(Activations.Apply(Activation.Relu, hidden.forward(inner)), _dropout, training);
        Tensor output = _output.forward(inner);
        return _thresholds is null ? output : _thresholds.forward(output);
    }
}
