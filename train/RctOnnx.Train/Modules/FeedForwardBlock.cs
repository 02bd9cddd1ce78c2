using RctOnnx.Onnx;
using TorchSharp;
using static TorchSharp.torch;

namespace RctOnnx.Train.Modules;

/// <summary>Two linear layers with an activation between them, residual sum and normalisation.</summary>
public sealed class FeedForwardBlock : nn.Module<Tensor, Tensor>
{
    private readonly LinearLayer _intermediate;
    private readonly LinearLayer _output;
    private readonly NormLayer _norm;
    private readonly EncoderConfig _config;

    public FeedForwardBlock(EncoderConfig config, Precision precision)
        : base(nameof(FeedForwardBlock))
    {
        _config = config;
        _intermediate = new LinearLayer(config.HiddenWidth, config.IntermediateWidth, precision);
        _output = new LinearLayer(config.IntermediateWidth, config.HiddenWidth, precision);
        _norm = new NormLayer(config.HiddenWidth, config.LayerNormEpsilon);
        register_module("intermediate", _intermediate);
        register_module("output", _output);
        register_module("norm", _norm);
    }

    internal LinearLayer Intermediate => _intermediate;

    internal LinearLayer Output => _output;

    internal NormLayer Norm => _norm;

    /// <summary>[.., hidden] → [.., hidden], fp32.</summary>
    public override Tensor forward(Tensor states)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor inner = Activations.Apply(_config.Activation, _intermediate.forward(states)); // [.., intermediate]
        Tensor output = Dropout.Apply(_output.forward(inner), _config.HiddenDropout, training);
        return _norm.forward(output.Plus(states)).MoveToOuterDisposeScope();
    }
}
