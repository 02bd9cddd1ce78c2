using RctOnnx.Train.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace RctOnnx.Train.Modules;

/// <summary>One batch through a <see cref="FusedLayer"/>, forward and backward; keeps what the backward pass needs, in bf16 where the products are.</summary>
internal sealed class FusedLayerPass : ILayerPass
{
    private readonly FusedLayer _layer;
    private readonly Tensor? _mask;
    private readonly bool _firstOnly;
    private readonly List<Tensor> _kept = [];
    private DropoutRule _attentionRule, _outputRule, _innerRule;
    private HeadRows _keys, _queries;
    private Tensor _joined = null!, _queryWeight = null!, _outputWeight = null!, _innerWeight = null!, _backWeight = null!;
    private Tensor _states = null!, _asking = null!, _query = null!, _key = null!, _value = null!, _shares = null!, _dropped = null!, _context = null!;
    private Tensor _normed1 = null!, _factors1 = null!, _attended = null!, _argument = null!, _active = null!, _normed2 = null!, _factors2 = null!;

    /// <param name="layer">Parameters and shape.</param>
    /// <param name="additiveMask">fp32 [B, 1, 1, S], or null.</param>
    /// <param name="firstOnly">Only the first token of each row asks, and is all that comes out.</param>
    public FusedLayerPass(FusedLayer layer, Tensor? additiveMask, bool firstOnly) => (_layer, _mask, _firstOnly) = (layer, additiveMask, firstOnly);

    private AttentionBlock Attention => _layer.Attention;

    private FeedForwardBlock FeedForward => _layer.FeedForward;

    private float Scale => (float)(1 / Math.Sqrt(_layer.Config.HeadWidth));

    /// <summary>fp32 [B, S, hidden] → fp32 [B, S, hidden], or [B, 1, hidden] for the first token alone.</summary>
    public Tensor Forward(Tensor states)
    {
        using DisposeScope scope = NewDisposeScope();
        (int rows, int length, int hidden) = ((int)states.shape[0], (int)states.shape[1], _layer.Config.HiddenWidth);
        _keys = new HeadRows(rows, length, _layer.Config.HeadCount, _layer.Config.HeadWidth);
        _queries = _firstOnly ? _keys with { Length = 1 } : _keys;
        Tensor residual = (_firstOnly ? states.narrow(1, 0, 1) : states).contiguous().view(-1, hidden); // [queries, hidden]
        _states = Keep(states.to(ScalarType.BFloat16).view(-1, hidden)); // [tokens, hidden]
        _outputWeight = Keep(LayerKernels.Narrow(Attention.Output.Weight));
        _innerWeight = Keep(LayerKernels.Narrow(FeedForward.Intermediate.Weight));
        _backWeight = Keep(LayerKernels.Narrow(FeedForward.Output.Weight));
        Project(residual);

        _shares = Keep(bmm(_query, _key.transpose(1, 2))); // [B · heads, queries, S]
        _attentionRule = Dropout.Draw(_layer.Config.AttentionDropout);
        _dropped = Keep(LayerKernels.Softmax(_shares, _mask, _queries.HeadCount * _queries.Length, _attentionRule));
        _context = Keep(LayerKernels.Halves(_queries.TokenCount, hidden));
        LayerKernels.Merge(_queries, bmm(_dropped, _value), 1, _context, 0, null);

        _outputRule = Dropout.Draw(_layer.Config.HiddenDropout);
        _attended = Keep(LayerKernels.Halves(_queries.TokenCount, hidden));
        Tensor attended = LayerKernels.Normalize(mm(_context, _outputWeight), Attention.Output.Bias, _outputRule, residual, Attention.Norm, _attended, out _normed1, out _factors1);
        _argument = Keep(mm(_attended, _innerWeight)); // [queries, inner]
        _active = Keep(LayerKernels.Activate(_layer.Config.Activation, _argument, FeedForward.Intermediate.Bias));
        _innerRule = Dropout.Draw(_layer.Config.HiddenDropout);
        Tensor output = LayerKernels.Normalize(mm(_active, _backWeight), FeedForward.Output.Bias, _innerRule, attended, FeedForward.Norm, null, out _normed2, out _factors2);
        foreach (Tensor one in (ReadOnlySpan<Tensor>)[_normed1, _factors1, _normed2, _factors2]) Keep(one);
        return output.view(rows, _queries.Length, hidden).MoveToOuterDisposeScope();
    }

    /// <summary>The gradient of the states, fp32 [B, S, hidden]; those of the parameters are added to theirs.</summary>
    public Tensor Backward(Tensor gradient)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        int hidden = _layer.Config.HiddenWidth;
        Tensor residual = LayerKernels.Floats(_queries.TokenCount, hidden), product = LayerKernels.Halves(_queries.TokenCount, hidden);
        LayerKernels.NormalizeBackward(gradient.contiguous(), null, _normed2, _factors2, FeedForward.Norm, _innerRule, FeedForward.Output.Bias, residual, product);
        LayerKernels.AddWeightGradients(_active, product, FeedForward.Output.Weight);
        Tensor inner = mm(product, _backWeight.t()); // [queries, inner]
        LayerKernels.ActivateBackward(_layer.Config.Activation, _argument, FeedForward.Intermediate.Bias, inner);
        LayerKernels.AddWeightGradients(_attended, inner, FeedForward.Intermediate.Weight);
        LayerKernels.NormalizeBackward(
            residual, mm(inner, _innerWeight.t()), _normed1, _factors1, Attention.Norm, _outputRule, Attention.Output.Bias, residual, product);
        LayerKernels.AddWeightGradients(_context, product, Attention.Output.Weight);

        Tensor context = LayerKernels.Split(_queries, mm(product, _outputWeight.t()), 0, null, 1); // [B · heads, queries, head width]
        Tensor value = bmm(_dropped.transpose(1, 2), context);
        Tensor scores = bmm(context, _value.transpose(1, 2)); // of the shares, and then of the scores
        LayerKernels.SoftmaxBackward(_shares, _attentionRule, scores);
        Tensor states = ProjectBackward(bmm(scores, _key), bmm(scores.transpose(1, 2), _query), value, residual);
        return states.view(_keys.RowCount, _keys.Length, hidden).MoveToOuterDisposeScope();
    }

    /// <summary>Frees what was kept.</summary>
    public void Dispose()
    {
        foreach (Tensor one in _kept) one.Dispose();
        _kept.Clear();
    }

    // Queries, keys and values: one product where every token asks.
    private void Project(Tensor residual)
    {
        Tensor asked, projected;
        if (_firstOnly)
        {
            _joined = Keep(LayerKernels.Narrow(Attention.Key.Weight, Attention.Value.Weight)); // [hidden, 2 · hidden]
            _queryWeight = Keep(LayerKernels.Narrow(Attention.Query.Weight));
            _asking = Keep(residual.to(ScalarType.BFloat16));
            (asked, projected) = (mm(_asking, _queryWeight), mm(_states, _joined));
        }
        else
        {
            _joined = Keep(LayerKernels.Narrow(Attention.Query.Weight, Attention.Key.Weight, Attention.Value.Weight)); // [hidden, 3 · hidden]
            asked = projected = mm(_states, _joined);
        }
        int keys = _firstOnly ? 0 : 1;
        _query = Keep(LayerKernels.Split(_queries, asked, 0, Attention.Query.Bias, Scale)); // [B · heads, queries, head width]
        _key = Keep(LayerKernels.Split(_keys, projected, keys, Attention.Key.Bias, 1)); // [B · heads, S, head width]
        _value = Keep(LayerKernels.Split(_keys, projected, keys + 1, Attention.Value.Bias, 1));
    }

    private Tensor ProjectBackward(Tensor query, Tensor key, Tensor value, Tensor residual)
    {
        int hidden = _layer.Config.HiddenWidth, keys = _firstOnly ? 0 : 1;
        Tensor projected = LayerKernels.Halves(_keys.TokenCount, (keys + 2) * hidden);
        Tensor asked = _firstOnly ? LayerKernels.Halves(_queries.TokenCount, hidden) : projected;
        LayerKernels.Merge(_queries, query, Scale, asked, 0, Attention.Query.Bias);
        LayerKernels.Merge(_keys, key, 1, projected, keys, Attention.Key.Bias);
        LayerKernels.Merge(_keys, value, 1, projected, keys + 1, Attention.Value.Bias);
        if (!_firstOnly)
        {
            LayerKernels.AddWeightGradients(_states, projected, Attention.Query.Weight, Attention.Key.Weight, Attention.Value.Weight);
            return LayerKernels.Sum(residual, 1, mm(projected, _joined.t()));
        }
        LayerKernels.AddWeightGradients(_states, projected, Attention.Key.Weight, Attention.Value.Weight);
        LayerKernels.AddWeightGradients(_asking, asked, Attention.Query.Weight);
        Tensor first = LayerKernels.Sum(residual, 1, mm(asked, _queryWeight.t()));
        return LayerKernels.Sum(first, _keys.Length, mm(projected, _joined.t()));
    }

    private Tensor Keep(Tensor one)
    {
        _kept.Add(one.DetachFromDisposeScope());
        return one;
    }
}
