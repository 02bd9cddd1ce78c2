using RctOnnx.Onnx;
using static TorchSharp.torch;

namespace RctOnnx.Train.Modules;

/// <summary>One transformer layer: attention, then feed-forward.</summary>
public sealed class EncoderLayer : nn.Module<Tensor, Tensor?, Tensor>
{
    private readonly AttentionBlock _attention;
    private readonly FeedForwardBlock _feedForward;
    private readonly FusedLayer? _fused;

    public EncoderLayer(EncoderConfig config, Precision precision)
        : base(nameof(EncoderLayer))
    {
        _attention = new AttentionBlock(config, precision);
        _feedForward = new FeedForwardBlock(config, precision);
        register_module("attention", _attention);
        register_module("feed_forward", _feedForward);
        if (FusedLayer.Fits(config, precision)) _fused = new FusedLayer(config, _attention, _feedForward);
    }

    /// <summary>[B, S, hidden], additive mask [B, 1, 1, S] or null → [B, S, hidden].</summary>
    public override Tensor forward(Tensor states, Tensor? additiveMask) => IsFused(states)
        ? _fused!.Forward(states, additiveMask)
        : _feedForward.forward(_attention.forward(states, additiveMask));

    /// <summary>The same for the first token only: [B, S, hidden] → [B, 1, hidden].</summary>
    public Tensor FirstToken(Tensor states, Tensor? additiveMask) => IsFused(states)
        ? _fused!.Forward(states, additiveMask, firstOnly: true)
        : _feedForward.forward(_attention.forward(states.narrow(1, 0, 1), states, additiveMask));

    private bool IsFused(Tensor states) => training && _fused?.Fits(states) == true;
}
