using RctOnnx.Onnx;
using static TorchSharp.torch;

namespace RctOnnx.Train.Modules;

/// <summary>The stack of transformer layers.</summary>
public sealed class TransformerEncoder : nn.Module<Tensor, Tensor?, Tensor>
{
    private readonly EncoderLayer[] _layers;

    public TransformerEncoder(EncoderConfig config, Precision precision)
        : base(nameof(TransformerEncoder))
    {
        _layers = [.. Enumerable.Range(0, config.LayerCount).Select(_ => new EncoderLayer(config, precision))];
        register_module("layer", nn.ModuleList(_layers));
    }

    /// <summary>Keeps the input of every layer alone (<see cref="EncoderLayer.IsRecomputed"/>).</summary>
    public void Recompute(bool isRecomputed)
    {
        foreach (EncoderLayer layer in _layers) layer.IsRecomputed = isRecomputed;
    }

    /// <summary>[B, S, hidden], additive mask [B, 1, 1, S] or null → [B, S, hidden].</summary>
    public override Tensor forward(Tensor states, Tensor? additiveMask)
    {
        foreach (EncoderLayer layer in _layers) states = layer.forward(states, additiveMask);
        return states;
    }

    /// <summary>The last state of the first token: [B, S, hidden] → [B, hidden]. The last layer computes that row alone.</summary>
    public Tensor FirstToken(Tensor states, Tensor? additiveMask)
    {
        foreach (EncoderLayer layer in _layers.AsSpan(0, _layers.Length - 1)) states = layer.forward(states, additiveMask);
        return _layers[^1].FirstToken(states, additiveMask).squeeze(1);
    }

    /// <summary>The states before the first layer and after every layer, each [B, S, hidden].</summary>
    public IReadOnlyList<Tensor> AllStates(Tensor states, Tensor? additiveMask)
    {
        List<Tensor> all = [states];
        // Through a view: the gradients of all that a layer does with a state are added up before those of who else looks at it.
        foreach (EncoderLayer layer in _layers) all.Add(layer.forward(all[^1].view(states.shape), additiveMask));
        return all;
    }
}
