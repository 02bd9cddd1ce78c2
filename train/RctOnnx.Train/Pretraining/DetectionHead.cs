using RctOnnx.Onnx;
using RctOnnx.Train.Modules;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RctOnnx.Train.Pretraining;

/// <summary>Token states to the score of having been replaced (Clark et al. 2020; transformers' ElectraDiscriminatorPredictions).</summary>
internal sealed class DetectionHead : nn.Module<Tensor, Tensor>
{
    private const string Dense = "detection.dense", Output = "detection.output";

    private readonly LinearLayer _dense;
    private readonly LinearLayer _output;
    private readonly Activation _activation;

    public DetectionHead(EncoderConfig config, Precision precision)
        : base(nameof(DetectionHead))
    {
        _activation = config.Activation;
        _dense = new LinearLayer(config.HiddenWidth, config.HiddenWidth, precision);
        _output = new LinearLayer(config.HiddenWidth, 1, Precision.Fp32);
        register_module("dense", _dense);
        register_module("output", _output);
    }

    /// <summary>states [B, S, hidden] → fp32 [B, S].</summary>
    public override Tensor forward(Tensor states) =>
        _output.forward(Activations.Apply(_activation, _dense.forward(states)).to(ScalarType.Float32)).squeeze(-1);

    /// <summary>The parameters by canonical name.</summary>
    public IEnumerable<KeyValuePair<string, Parameter>> Parameters() =>
    [
        new(TensorNames.Weight(Dense), _dense.Weight), new(TensorNames.Bias(Dense), _dense.Bias),
        new(TensorNames.Weight(Output), _output.Weight), new(TensorNames.Bias(Output), _output.Bias),
    ];

    /// <summary>The weights of a discriminator's checkpoint, or null where it has no such head.</summary>
    /// <param name="tensors">Tensors by their names in the checkpoint.</param>
    public static IReadOnlyDictionary<string, TensorData>? Import(IReadOnlyDictionary<string, TensorData> tensors)
    {
        const string Prefix = "discriminator_predictions.";
        (string Canonical, string Published)[] names = [(Dense, Prefix + "dense"), (Output, Prefix + "dense_prediction")];
        if (!names.All(name => tensors.ContainsKey(name.Published + ".weight") && tensors.ContainsKey(name.Published + ".bias"))) return null;
        Dictionary<string, TensorData> found = [];
        foreach ((string canonical, string published) in names)
        {
            found[TensorNames.Weight(canonical)] = tensors[published + ".weight"].Transposed();
            found[TensorNames.Bias(canonical)] = tensors[published + ".bias"];
        }
        return found;
    }
}
