using System.Security.Cryptography;
using Google.Protobuf;
using Microsoft.Win32.SafeHandles;
using RctOnnx.Onnx.Protobuf;
using DataLocation = RctOnnx.Onnx.Protobuf.TensorProto.Types.DataLocation;
using DataType = RctOnnx.Onnx.Protobuf.TensorProto.Types.DataType;

namespace RctOnnx.Onnx;

/// <summary>The checks of <see cref="ModelFile.Read"/>, in order from cheap to dear.</summary>
internal sealed class ModelFileReader(string path)
{
    private static readonly HashSet<string> ForeignDomains = ["", "ai.onnx", "ai.onnx.ml", GraphBuilder.ContribDomain];

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
        using SafeFileHandle handle = File.OpenHandle(file.FullName);
        using FileStream stream = new(handle, FileAccess.Read, 1 << 16);
        ModelScan scan = Parsed(() => new ModelScan(stream));
        ModelProto model = scan.Model;
        Dictionary<string, string> entries = Entries(model);
        bool foreign = !entries.Keys.Any(key => key.StartsWith(MetadataKeys.Prefix, StringComparison.Ordinal));
        int version = foreign ? 0 : ModelMetadata.CheckVersion(entries);
        CompiledGraph? compiled = ModelMetadata.ReadCompiled(entries);
        // The file is hashed on another thread while this one reads the graph; what was read is believed when the hash fits.
        Task<IncrementalHash> hashing = Task.Run(() => ModelFileHash.OfFile(handle, scan.RangeOf(MetadataKeys.Sha256)));
        string? dataPath;
        try
        {
            GraphProto? graph = Parsed(() => scan.ReadGraph(keepWeights: !foreign && compiled is null));
            if (graph is null || graph.Input.Count == 0 || graph.Output.Count == 0)
                throw Refused("holds no graph with inputs and outputs: it is not an ONNX model, or it is damaged");
            if (foreign) CheckForeignOperators(model);
            else CheckOperators(model, compiled?.Dialect ?? GraphDialect.Portable);
            dataPath = ExternalData.Check(model, path);
            CheckSizes(scan, foreign);
        }
        finally
        {
            hashing.GetAwaiter().GetResult();
        }
        string hash = ModelFileHash.Finish(hashing.Result, dataPath);
        return new ModelFileContent
        {
            Path = path,
            Description = foreign ? null : Describe(model, entries, compiled, hash, dataPath),
            Compiled = compiled,
            Signature = Signature(model),
            FormatVersion = version,
            Sha256 = hash,
            FileSize = file.Length + (dataPath is null ? 0 : new FileInfo(dataPath).Length),
            ExternalDataPath = dataPath,
            Opset = model.OpsetImport.FirstOrDefault(set => IsStandard(set.Domain))?.Version ?? 0,
        };
    }

    private ModelDescription Describe(ModelProto model, Dictionary<string, string> entries, CompiledGraph? compiled, string hash, string? dataPath)
    {
        string stated = entries.GetValueOrDefault(MetadataKeys.Sha256, "(none)");
        if (stated != hash)
            throw Refused($"has the SHA-256 {hash}, but says {stated}: it was changed or damaged after it was written. Fetch or export it again");
        ModelDescription description = ModelMetadata.Read(entries);
        if (compiled is null)
        {
            StoredWeights stored = new(model, path, dataPath);
            ModelArtifact artifact = new(description, stored.Weights()) { Inputs = stored.Inputs() };
            ArtifactCheck.Validate(artifact);
            description = artifact;
        }
        else
        {
            ArtifactCheck.Validate(description);
        }
        // What callers are told about a file must be what its graph does, whatever its metadata says.
        string found = Signature(model).ToString(), expected = GraphSignature.Of(description, compiled?.Dialect ?? GraphDialect.Portable).ToString();
        return found == expected ? description : throw Refused($"takes and gives {found}, but its metadata expects {expected}. Export it again");
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

    private T Parsed<T>(Func<T> parse)
    {
        try
        {
            return parse();
        }
        catch (Exception e) when (e is InvalidDataException or InvalidProtocolBufferException or InvalidOperationException or ArgumentException or OverflowException)
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

    private void CheckForeignOperators(ModelProto model)
    {
        foreach (NodeProto node in GraphWalk.Nodes(model))
            if (!ForeignDomains.Contains(node.Domain))
                throw Refused($"uses the operator domain '{node.Domain}' ({node.OpType}); allowed are {string.Join(", ", ForeignDomains.Select(domain => $"'{domain}'"))}");
    }

    private void CheckOperators(ModelProto model, GraphDialect dialect)
    {
        foreach (NodeProto node in GraphWalk.Nodes(model))
            if (!GraphOperators.Allows(dialect, node.Domain, node.OpType))
                throw Refused($"uses the operator '{node.OpType}' of the domain '{node.Domain}', which no {dialect} graph of format {MetadataKeys.FormatVersion} holds");
        if (model.Functions.Count + model.TrainingInfo.Count + model.Graph.SparseInitializer.Count > 0)
            throw Refused("holds functions, training graphs or sparse tensors, which no model of ours does");
        IReadOnlyList<(string, long)> known = GraphOperators.Sets(dialect);
        (string, long)[] found = [.. model.OpsetImport.Select(set => (set.Domain, set.Version))];
        HashSet<string> imported = [.. found.Select(set => set.Item1)];
        if (!found.Contains(known[0]) || found.Except(known).Any() || imported.Count != found.Length || GraphWalk.Nodes(model).Any(node => !imported.Contains(node.Domain)))
            throw Refused($"uses other operator sets than {string.Join(" and ", known.Select(set => $"'{set.Item1}' of version {set.Item2}"))}");
    }

    // Weights of ours are raw bytes; foreign files may also use the typed fields, whose sizes ONNX Runtime checks.
    private void CheckSizes(ModelScan scan, bool foreign)
    {
        foreach (TensorProto tensor in GraphWalk.Tensors(scan.Model))
        {
            long found = scan.RawByteCount(tensor);
            if (tensor.DataLocation == DataLocation.External && found > 0)
                throw Refused($"has the weight '{tensor.Name}', whose bytes lie both inside and outside the model; expected one of the two. Export it again");
            if (tensor.DataLocation == DataLocation.External || (foreign && found == 0)) continue;
            long expected = TensorData.ByteCount(TensorTypes.FromOnnx(tensor), [.. tensor.Dims]);
            if (expected != found)
                throw Refused($"has {found} bytes for tensor '{tensor.Name}' of shape [{string.Join(", ", tensor.Dims)}], expected {expected}");
        }
    }

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

    private static bool IsStandard(string domain) => domain is "" or "ai.onnx";

    private ModelFileException Refused(string fault, Exception? inner = null) => new($"The model file '{path}' {fault}.", inner);
}
