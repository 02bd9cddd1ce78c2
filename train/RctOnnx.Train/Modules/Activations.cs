using RctOnnx.Onnx;
using static TorchSharp.torch;

namespace RctOnnx.Train.Modules;

/// <summary>The activation functions by name (GELU: Hendrycks and Gimpel 2016).</summary>
internal static class Activations
{
    /// <summary>Element-wise.</summary>
    /// <exception cref="SettingsException">An activation that is not known.</exception>
    public static Tensor Apply(Activation activation, Tensor input) => activation switch
    {
        Activation.Gelu => nn.functional.gelu(input),
        Activation.GeluTanh => nn.functional.gelu(input, TorchSharp.Modules.GELU.Approximate.tanh),
        Activation.Relu => nn.functional.relu(input),
        _ => throw new SettingsException($"The activation {activation} cannot be trained; known are {string.Join(", ", Enum.GetNames<Activation>())}."),
    };
}
