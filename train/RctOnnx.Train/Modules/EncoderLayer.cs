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

    /// <summary>Whether training keeps the input alone and computes the layer again in the backward pass (<see cref="RecomputedPass"/>); on the CPU.</summary>
    public bool IsRecomputed { get; set; }

    /// <summary>[B, S, hidden], additive mask [B, 1, 1, S] or null → [B, S, hidden].</summary>
    public override Tensor forward(Tensor states, Tensor? additiveMask) => Of(states, additiveMask, firstOnly: false);

    /// <summary>The same for the first token only: [B, S, hidden] → [B, 1, hidden].</summary>
    public Tensor FirstToken(Tensor states, Tensor? additiveMask) => Of(states, additiveMask, firstOnly: true);

    /// <summary>The layer under autograd.</summary>
    internal Tensor OfModules(Tensor states, Tensor? additiveMask, bool firstOnly) =>
        _feedForward.forward(_attention.forward(firstOnly ? states.narrow(1, 0, 1) : states, states, additiveMask));

    /// <summary>The layer with a backward pass written by hand.</summary>
    internal FusedLayerPass FusedPass(Tensor? additiveMask, bool firstOnly) => new(_fused!, additiveMask, firstOnly);

    private Tensor Of(Tensor states, Tensor? additiveMask, bool firstOnly)
    {
        bool isFused = training && _fused?.Fits(states) == true;
        if (IsRecomputed && training && is_grad_enabled() && (states.requires_grad || parameters().Any(one => one.requires_grad)))
        {
            // A step of autograd runs backward for the sake of its input: over frozen embeddings that one asks in the parameters' place.
            Tensor input = states.requires_grad ? states : states.detach().requires_grad_();
            return LayerFunction.apply(input, new RecomputedPass(this, additiveMask, firstOnly, isFused));
        }
        return isFused ? LayerFunction.apply(states, FusedPass(additiveMask, firstOnly)) : OfModules(states, additiveMask, firstOnly);
    }
}
