using RctOnnx.Onnx.Protobuf;
using DataLocation = RctOnnx.Onnx.Protobuf.TensorProto.Types.DataLocation;

namespace RctOnnx.Onnx;

/// <summary>Finds the weights of a model of ours among the tensors of its file.</summary>
internal sealed class StoredWeights
{
    private readonly string _path;
    private readonly string? _dataPath;
    private readonly Dictionary<string, TensorProto> _initializers = [];

    /// <exception cref="ModelFileException">A name stands twice.</exception>
    public StoredWeights(ModelProto model, string path, string? dataPath)
    {
        (_path, _dataPath) = (path, dataPath);
        foreach (TensorProto tensor in model.Graph.Initializer)
            if (!_initializers.TryAdd(tensor.Name, tensor)) throw new ModelFileException($"The model file '{path}' has the weight '{tensor.Name}' twice. Export it again.");
    }

    /// <summary>Weights by canonical name.</summary>
    public Dictionary<string, TensorData> Weights()
    {
        Dictionary<string, TensorData> weights = [];
        foreach ((string name, TensorProto tensor) in _initializers)
        {
            if (!name.EndsWith(".weight", StringComparison.Ordinal) && !name.EndsWith(".bias", StringComparison.Ordinal)) continue;
            TensorData weight = Data(tensor);
            if (_initializers.TryGetValue(name + ".scale", out TensorProto? scale))
            {
                float[] values = Data(scale).ToFloats();
                if (weight.Type != TensorType.Int8) throw new ModelFileException($"The model file '{_path}' has scales for '{name}', which is {weight.Type} and not Int8. Export it again.");
                weight = TensorData.Quantized(weight.Bytes, weight.Shape, new QuantizationScales(scale.Dims.Count == 2 ? 0 : 1, values));
            }
            else if (weight.Type == TensorType.Int8)
            {
                throw new ModelFileException($"The model file '{_path}' has no scales for the int8 weight '{name}'. Export it again.");
            }
            weights.Add(name, weight);
        }
        return weights;
    }

    /// <summary>Scales of the inputs of int8 layers.</summary>
    public Dictionary<string, InputQuantization> Inputs()
    {
        const string Scale = ".input.scale", ZeroPoint = ".zero_point";
        Dictionary<string, InputQuantization> inputs = [];
        foreach ((string name, TensorProto tensor) in _initializers.Where(pair => pair.Key.EndsWith(Scale, StringComparison.Ordinal)))
        {
            string point = name[..^".scale".Length];
            TensorData? zero = _initializers.TryGetValue(point + ZeroPoint, out TensorProto? found) ? Data(found) : null;
            float[] scale = Data(tensor).ToFloats();
            if (zero is not { Type: TensorType.UInt8, ElementCount: 1 } || scale.Length != 1)
                throw new ModelFileException($"The model file '{_path}' has no single scale and uint8 zero point for the input '{point}'. Export it again.");
            inputs.Add(point, new InputQuantization(scale[0], zero.Bytes.Span[0]));
        }
        return inputs;
    }

    private TensorData Data(TensorProto tensor) =>
        new(TensorTypes.FromOnnx(tensor), [.. tensor.Dims], tensor.DataLocation == DataLocation.External ? ExternalData.Read(tensor, _dataPath!) : tensor.RawData.Memory);
}
