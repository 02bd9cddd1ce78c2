using static TorchSharp.torch;

namespace RctOnnx.Train.Modules;

/// <summary>A whole transformer layer as one step of autograd, see <see cref="FusedLayerPass"/>.</summary>
internal sealed class FusedLayerFunction : autograd.SingleTensorFunction<FusedLayerFunction>
{
    private const string Pass = "pass";

    /// <inheritdoc/>
    public override string Name => nameof(FusedLayerFunction);

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        FusedLayerPass pass = (FusedLayerPass)vars[1];
        ctx.save_data(Pass, pass);
        return pass.Forward((Tensor)vars[0]);
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        using FusedLayerPass pass = (FusedLayerPass)ctx.get_data(Pass);
        return [pass.Backward(grad_output), null!]; // one for each of vars, and the pass has none
    }
}
