using static TorchSharp.torch;

namespace RctOnnx.Train.Modules;

/// <summary>One batch through a layer, as one step of autograd (<see cref="LayerFunction"/>); disposed after its backward pass.</summary>
internal interface ILayerPass : IDisposable
{
    /// <summary>The states after the layer.</summary>
    Tensor Forward(Tensor states);

    /// <summary>The gradient of the states before the layer; adds those of its parameters to them.</summary>
    Tensor Backward(Tensor gradient);
}
