using static TorchSharp.torch;

namespace RctOnnx.Train.Modules;

/// <summary>A whole transformer layer as one step of autograd that is computed twice, see <see cref="RecomputedPass"/>.</summary>
internal sealed class RecomputedLayerFunction : autograd.SingleTensorFunction<RecomputedLayerFunction>
{
    private const string Pass = "pass";

    /// <inheritdoc/>
    public override string Name => nameof(RecomputedLayerFunction);

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        RecomputedPass pass = (RecomputedPass)vars[1];
        ctx.save_data(Pass, pass);
        return pass.Forward((Tensor)vars[0]);
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        using RecomputedPass pass = (RecomputedPass)ctx.get_data(Pass);
        return [pass.Backward(grad_output), null!]; // one for each of vars, and the pass has none
    }
}
