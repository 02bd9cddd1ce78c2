using static TorchSharp.torch;

namespace RctOnnx.Train.Modules;

/// <summary>A whole transformer layer as one step of autograd: written by hand (<see cref="FusedLayerPass"/>), or computed twice (<see cref="RecomputedPass"/>).</summary>
internal sealed class LayerFunction : autograd.SingleTensorFunction<LayerFunction>
{
    private const string Pass = "pass";

    /// <inheritdoc/>
    public override string Name => nameof(LayerFunction);

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        ILayerPass pass = (ILayerPass)vars[1];
        ctx.save_data(Pass, pass);
        return pass.Forward((Tensor)vars[0]);
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        using ILayerPass pass = (ILayerPass)ctx.get_data(Pass);
        return [pass.Backward(grad_output), null!]; // one for each of vars, and the pass has none
    }
}
