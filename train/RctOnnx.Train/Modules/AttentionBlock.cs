using RctOnnx.Onnx;
using TorchSharp;
using static TorchSharp.torch;

namespace RctOnnx.Train.Modules;

/// <summary>Multi-head self-attention (Vaswani et al. 2017) with the output projection, residual sum and normalisation.</summary>
public sealed class AttentionBlock : nn.Module<Tensor, Tensor?, Tensor>
{
    private readonly LinearLayer _query;
    private readonly LinearLayer _key;
    private readonly LinearLayer _value;
    private readonly LinearLayer _output;
    private readonly NormLayer _norm;
    private readonly EncoderConfig _config;

    public AttentionBlock(EncoderConfig config, Precision precision)
        : base(nameof(AttentionBlock))
    {
        _config = config;
        _query = new LinearLayer(config.HiddenWidth, config.HiddenWidth, precision);
        _key = new LinearLayer(config.HiddenWidth, config.HiddenWidth, precision);
        _value = new LinearLayer(config.HiddenWidth, config.HiddenWidth, precision);
        _output = new LinearLayer(config.HiddenWidth, config.HiddenWidth, precision);
        _norm = new NormLayer(config.HiddenWidth, config.LayerNormEpsilon);
        register_module("query", _query);
        register_module("key", _key);
        register_module("value", _value);
        register_module("output", _output);
        register_module("norm", _norm);
    }

    internal LinearLayer Query => _query;

    internal LinearLayer Key => _key;

    internal LinearLayer Value => _value;

    internal LinearLayer Output => _output;

    internal NormLayer Norm => _norm;

    /// <summary>states fp32 [B, S, hidden], additive mask [B, 1, 1, S] or null → fp32 [B, S, hidden].</summary>
    public override Tensor forward(Tensor states, Tensor? additiveMask) => forward(states, states, additiveMask);

    /// <summary>
    /// Attention of the rows of <paramref name="asking"/> [B, Q, hidden] over all of <paramref name="states"/> [B, S, hidden];
    /// gives [B, Q, hidden]. Where only the first token's state is wanted, its row alone is enough.
    /// </summary>
    public Tensor forward(Tensor asking, Tensor states, Tensor? additiveMask)
    {
        // What the backward pass needs is kept by torch itself; all else is freed here and not at the end of the step.
        using DisposeScope scope = NewDisposeScope();
        Tensor query = Heads(_query.forward(asking)); // [B, heads, Q, head width]
        Tensor key = Heads(_key.forward(states)); // [B, heads, S, head width]
        Tensor value = Heads(_value.forward(states));
        Tensor scores = matmul(query.Times(1.0 / Math.Sqrt(_config.HeadWidth)), key.transpose(-2, -1)).to(ScalarType.Float32); // [B, heads, Q, S]
        if (additiveMask is not null) scores = scores.Plus(additiveMask);
        Tensor shares = Dropout.Apply(scores.softmax(-1), _config.AttentionDropout, training);
        Tensor context = matmul(shares.to(value.dtype), value); // [B, heads, Q, head width]
        Tensor merged = context.transpose(1, 2).reshape(asking.shape[0], asking.shape[1], _config.HiddenWidth);
        Tensor output = Dropout.Apply(_output.forward(merged), _config.HiddenDropout, training);
        return _norm.forward(output.Plus(asking)).MoveToOuterDisposeScope();
    }

    private Tensor Heads(Tensor rows) =>
        rows.view(rows.shape[0], rows.shape[1], _config.HeadCount, _config.HeadWidth).transpose(1, 2); // [B, heads, rows, head width]
}
