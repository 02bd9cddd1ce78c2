using RctOnnx.Onnx;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RctOnnx.Train.Modules;

/// <summary>Values of parameters by canonical name: drawn, read, replaced.</summary>
internal static class ParameterValues
{
    /// <summary>
    /// Fresh values from a seed: matrices and tables normal with a standard deviation, biases zero, norms one (BERT's initialisation,
    /// Devlin et al. 2018). The same numbers on every device.
    /// </summary>
    public static void Draw(IEnumerable<KeyValuePair<string, Parameter>> parameters, double deviation, long seed)
    {
        using Generator generator = new((ulong)seed);
        using IDisposable noGradient = no_grad();
        foreach ((string name, Parameter parameter) in parameters)
        {
            using Tensor values = name.EndsWith(".bias", StringComparison.Ordinal) ? zeros(parameter.shape)
                : name.Contains("norm.", StringComparison.Ordinal) ? ones(parameter.shape)
                : randn(parameter.shape, generator: generator).mul_(deviation);
            parameter.copy_(values);
        }
    }

    /// <summary>fp32 values, bit for bit.</summary>
    public static TensorData Read(Tensor parameter)
    {
        using Tensor host = parameter.detach().cpu().contiguous();
        return new TensorData(TensorType.Float32, parameter.shape, host.bytes.ToArray());
    }

    /// <summary>Replaces values by those of the same name.</summary>
    /// <exception cref="ModelFileException">A weight is missing or has another shape.</exception>
    public static void Load<T>(IEnumerable<KeyValuePair<string, T>> parameters, IReadOnlyDictionary<string, TensorData> weights)
        where T : Tensor
    {
        using IDisposable noGradient = no_grad();
        foreach ((string name, T parameter) in parameters)
        {
            if (!weights.TryGetValue(name, out TensorData? data) || !data.Shape.SequenceEqual(parameter.shape))
                throw new ModelFileException($"The weight '{name}' is missing or has another shape than [{string.Join(", ", parameter.shape)}].");
            using Tensor values = tensor(data.ToFloats(), parameter.shape);
            parameter.copy_(values);
        }
    }
}
