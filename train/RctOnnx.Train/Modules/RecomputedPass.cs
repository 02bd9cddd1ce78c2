using TorchSharp;
using static TorchSharp.torch;

namespace RctOnnx.Train.Modules;

/// <summary>
/// One batch through a layer of which only the input is kept (gradient checkpointing, Chen et al. 2016): the backward pass runs the layer
/// forward once more, with the same dropout, and then back. Costs a forward pass; gradients have the same bits.
/// </summary>
/// <param name="layer">The layer.</param>
/// <param name="additiveMask">fp32 [B, 1, 1, S], or null.</param>
/// <param name="firstOnly">Only the first token of each row asks, and is all that comes out.</param>
/// <param name="fused">Whether the pass written by hand has the layer.</param>
internal sealed class RecomputedPass(EncoderLayer layer, Tensor? additiveMask, bool firstOnly, bool fused) : ILayerPass
{
    private Tensor _states = null!, _random = null!;

    /// <summary>fp32 [B, S, hidden] → fp32 [B, S, hidden], or [B, 1, hidden] for the first token alone.</summary>
    public Tensor Forward(Tensor states)
    {
        using IDisposable noGradient = no_grad();
        _random = torch.random.get_rng_state().DetachFromDisposeScope(); // torch's generator, which the dropout of the CPU draws from
        _states = states.detach().DetachFromDisposeScope(); // the memory of the layer below, not a copy
        if (!fused) return layer.OfModules(states, additiveMask, firstOnly);
        using FusedLayerPass pass = layer.FusedPass(additiveMask, firstOnly);
        return pass.Forward(states);
    }

    /// <summary>The gradient of the states, fp32 [B, S, hidden]; those of the parameters are added to theirs.</summary>
    public Tensor Backward(Tensor gradient)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor now = torch.random.get_rng_state();
        torch.random.set_rng_state(_random);
        try
        {
            return (fused ? BackwardByHand(gradient) : BackwardOfModules(gradient)).MoveToOuterDisposeScope();
        }
        finally
        {
            torch.random.set_rng_state(now); // what is drawn next is what would have been drawn without
        }
    }

    /// <summary>Frees what was kept.</summary>
    public void Dispose()
    {
        _states.Dispose();
        _random.Dispose();
    }

    private Tensor BackwardByHand(Tensor gradient)
    {
        using IDisposable noGradient = no_grad();
        using FusedLayerPass pass = layer.FusedPass(additiveMask, firstOnly);
        pass.Forward(_states).Dispose();
        return pass.Backward(gradient);
    }

    private Tensor BackwardOfModules(Tensor gradient)
    {
        using IDisposable withGradient = enable_grad();
        Tensor states = _states.detach().requires_grad_();
        layer.OfModules(states, additiveMask, firstOnly).backward([gradient]);
        return states.grad!;
    }
}
