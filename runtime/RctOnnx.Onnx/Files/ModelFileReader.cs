using Google.Protobuf;
using RctOnnx.Onnx.Protobuf;
using DataLocation = RctOnnx.Onnx.Protobuf.TensorProto.Types.DataLocation;
using DataType = RctOnnx.Onnx.Protobuf.TensorProto.Types.DataType;

namespace RctOnnx.Onnx;

/// <summary>The checks of <see cref="ModelFile.Read"/>, in order from cheap to dear.</summary>
internal sealed class ModelFileReader(string path)
{
    private const int DeepestNesting = 64;

    private static readonly HashSet<string> StandardDomains = ["", "ai.onnx"];
    private static readonly HashSet<string> ForeignDomains = ["", "ai.onnx", "ai.onnx.ml", "com.microsoft"];

    /// <summary>Operators of the portable dialect: what a file of ours may hold.</summary>
    private static readonly HashSet<string> Operators =
    [
        "Add", "Cast", "DequantizeLinear", "Div", "Gather", "Gelu", "Identity", "LayerNormalization", "MatMul", "Max", "Mul", "QuantizeLinear", "ReduceMax",
        "ReduceSum", "Relu", "Reshape", "Shape", "Sigmoid", "Slice", "Softmax", "Sub", "Tanh", "Transpose", "Unsqueeze",
    ];

    public ModelFileContent Read()
    {
        try
        {
            return ReadChecked();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Refused($"or its external data cannot be read: {e.Message.TrimEnd('.')}", e);
        }
    }

    private ModelFileContent ReadChecked()
    {
        FileInfo file = Existing();
        ModelProto model = Parse(file);
        if (model.Graph is null || model.Graph.Input.Count == 0 || model.Graph.Output.Count == 0)
            throw Refused("holds no graph with inputs and outputs: it is not an ONNX model, or it is damaged");
        Dictionary<string, string> entries = Entries(model);
        bool foreign = !entries.Keys.Any(key => key.StartsWith(MetadataKeys.Prefix, StringComparison.Ordinal));
        int version = foreign ? 0 : ModelMetadata.CheckVersion(entries);
        CheckOperators(model, foreign);
        string? dataPath = ExternalData.Check(model, path);
        CheckSizes(model, foreign);
        string hash = ModelFileHash.Compute(model, dataPath);
        ModelArtifact? artifact = null;
        if (!foreign)
        {
            string stated = entries.GetValueOrDefault(MetadataKeys.Sha256, "(none)");
            if (stated != hash)
                throw Refused($"has the SHA-256 {hash}, but says {stated}: it was changed or damaged after it was written. Fetch or export it again");
            artifact = ModelMetadata.Read(entries, Weights(model, dataPath)) with { Inputs = Inputs(model, dataPath) };
            ArtifactCheck.Validate(artifact);
            CheckSignature(model, artifact);
        }
        return new ModelFileContent
        {
            Path = path,
            Artifact = artifact,
            Signature = Signature(model),
            FormatVersion = version,
            Sha256 = hash,
            FileSize = file.Length + (dataPath is null ? 0 : new FileInfo(dataPath).Length),
            ExternalDataPath = dataPath,
            Opset = model.OpsetImport.FirstOrDefault(set => StandardDomains.Contains(set.Domain))?.Version ?? 0,
        };
    }

    private FileInfo Existing()
    {
        if (path.Length == 0 || path.Contains('\0')) throw Refused("has no usable name. Name an .onnx file");
        if (Directory.Exists(path)) throw Refused("is a folder; expected an .onnx file. Name the file inside it");
        FileInfo file = new(path);
        if (!file.Exists) throw Refused("is not there. Check the path");
        if (file.Length == 0) throw Refused("is empty; expected an ONNX model. Fetch or export it again");
        if (file.Length > int.MaxValue) throw Refused($"has {file.Length} bytes; an ONNX file ends at {int.MaxValue}, larger weights belong beside it");
        return file;
    }

    private ModelProto Parse(FileInfo file)
    {
        try
        {
            using FileStream stream = new(file.FullName, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16);
            using CodedInputStream input = CodedInputStream.CreateWithLimits(stream, (int)file.Length, DeepestNesting);
            return ModelProto.Parser.ParseFrom(input);
        }
        catch (Exception e) when (e is InvalidProtocolBufferException or InvalidOperationException or ArgumentException or OverflowException)
        {
            throw Refused($"is not an ONNX model, or it is damaged ({e.Message}). Fetch or export it again", e);
        }
    }

    private Dictionary<string, string> Entries(ModelProto model)
    {
        Dictionary<string, string> entries = [];
        foreach (StringStringEntryProto entry in model.MetadataProps)
            if (!entries.TryAdd(entry.Key, entry.Value)) throw Refused($"has the metadata key '{entry.Key}' twice");
        return entries;
    }

    private void CheckOperators(ModelProto model, bool foreign)
    {
        HashSet<string> domains = foreign ? ForeignDomains : StandardDomains;
        foreach (NodeProto node in GraphWalk.Nodes(model))
        {
            if (!domains.Contains(node.Domain))
                throw Refused($"uses the operator domain '{node.Domain}' ({node.OpType}); allowed are {string.Join(", ", domains.Select(domain => $"'{domain}'"))}");
            if (!foreign && !Operators.Contains(node.OpType))
                throw Refused($"uses the operator '{node.OpType}', which no model of format {MetadataKeys.FormatVersion} holds");
        }
        if (foreign) return;
        if (model.Functions.Count + model.TrainingInfo.Count + model.Graph.SparseInitializer.Count > 0)
            throw Refused("holds functions, training graphs or sparse tensors, which no model of ours does");
        if (model.OpsetImport.Count != 1 || model.OpsetImport[0].Version != GraphBuilder.Opset || !StandardDomains.Contains(model.OpsetImport[0].Domain))
            throw Refused($"uses other operator sets than the standard one of version {GraphBuilder.Opset}");
    }

    // What callers are told about a file must be what its graph does, whatever its metadata says.
    private void CheckSignature(ModelProto model, ModelArtifact artifact)
    {
        string found = Text(Signature(model)), expected = Text(Signature(EncoderGraph.Build(artifact, GraphDialect.Portable)));
        if (found != expected) throw Refused($"takes and gives {found}, but its metadata expects {expected}. Export it again");

        static string Text(GraphSignature signature) => string.Join("; ", signature.Inputs.Concat(signature.Outputs)
            .Select(value => $"{value.Name} {value.ElementType} [{string.Join(", ", value.Dimensions)}]"));
    }

    // Weights of ours are raw bytes; foreign files may also use the typed fields, whose sizes ONNX Runtime checks.
    private void CheckSizes(ModelProto model, bool foreign)
    {
        foreach (TensorProto tensor in GraphWalk.Tensors(model))
        {
            if (tensor.DataLocation == DataLocation.External || (foreign && tensor.RawData.Length == 0)) continue;
            long expected = TensorData.ByteCount(TensorTypes.FromOnnx(tensor), [.. tensor.Dims]);
            if (expected != tensor.RawData.Length)
                throw Refused($"has {tensor.RawData.Length} bytes for tensor '{tensor.Name}' of shape [{string.Join(", ", tensor.Dims)}], expected {expected}");
        }
    }

    private Dictionary<string, TensorData> Weights(ModelProto model, string? dataPath)
    {
        Dictionary<string, TensorProto> initializers = Initializers(model);
        Dictionary<string, TensorData> weights = [];
        foreach ((string name, TensorProto tensor) in initializers)
        {
            if (!name.EndsWith(".weight", StringComparison.Ordinal) && !name.EndsWith(".bias", StringComparison.Ordinal)) continue;
            TensorData weight = Data(tensor, dataPath);
            if (initializers.TryGetValue(name + ".scale", out TensorProto? scale))
            {
                float[] values = Data(scale, dataPath).ToFloats();
                if (weight.Type != TensorType.Int8) throw Refused($"has scales for '{name}', which is {weight.Type} and not Int8");
                weight = TensorData.Quantized(weight.Bytes, weight.Shape, new QuantizationScales(scale.Dims.Count == 2 ? 0 : 1, values));
            }
            else if (weight.Type == TensorType.Int8)
            {
                throw Refused($"has no scales for the int8 weight '{name}'");
            }
            weights.Add(name, weight);
        }
        return weights;
    }

    private Dictionary<string, InputQuantization> Inputs(ModelProto model, string? dataPath)
    {
        const string Scale = ".input.scale", ZeroPoint = ".zero_point";
        Dictionary<string, TensorProto> initializers = Initializers(model);
        Dictionary<string, InputQuantization> inputs = [];
        foreach ((string name, TensorProto tensor) in initializers.Where(pair => pair.Key.EndsWith(Scale, StringComparison.Ordinal)))
        {
            string point = name[..^".scale".Length];
            TensorData? zero = initializers.TryGetValue(point + ZeroPoint, out TensorProto? found) ? Data(found, dataPath) : null;
            float[] scale = Data(tensor, dataPath).ToFloats();
            if (zero is not { Type: TensorType.UInt8, ElementCount: 1 } || scale.Length != 1)
                throw Refused($"has no single scale and uint8 zero point for the input '{point}'");
            inputs.Add(point, new InputQuantization(scale[0], zero.Bytes.Span[0]));
        }
        return inputs;
    }

    private Dictionary<string, TensorProto> Initializers(ModelProto model)
    {
        Dictionary<string, TensorProto> initializers = [];
        foreach (TensorProto tensor in model.Graph.Initializer)
            if (!initializers.TryAdd(tensor.Name, tensor)) throw Refused($"has the weight '{tensor.Name}' twice");
        return initializers;
    }

    private static TensorData Data(TensorProto tensor, string? dataPath) =>
        new(TensorTypes.FromOnnx(tensor), [.. tensor.Dims], tensor.DataLocation == DataLocation.External ? ExternalData.Read(tensor, dataPath!) : tensor.RawData.Memory);

    private static GraphSignature Signature(ModelProto model)
    {
        HashSet<string> initializers = [.. model.Graph.Initializer.Select(tensor => tensor.Name)];
        return new GraphSignature(
            [.. model.Graph.Input.Where(input => !initializers.Contains(input.Name)).Select(Value)],
            [.. model.Graph.Output.Select(Value)]);

        static GraphValue Value(ValueInfoProto info)
        {
            TypeProto.Types.Tensor? tensor = info.Type?.TensorType;
            string type = tensor is null ? "?" : ((DataType)tensor.ElemType).ToString();
            return new GraphValue(info.Name, type, [.. (tensor?.Shape?.Dim ?? []).Select(dim =>
                dim.HasDimParam ? dim.DimParam : dim.HasDimValue ? dim.DimValue.ToString(System.Globalization.CultureInfo.InvariantCulture) : "?")]);
        }
    }

    private ModelFileException Refused(string fault, Exception? inner = null) => new($"The model file '{path}' {fault}.", inner);
}
