using Google.Protobuf;
using RctOnnx.Onnx.Protobuf;

namespace RctOnnx.Onnx;

/// <summary>Writes and reads the one <c>.onnx</c> file that holds a whole model.</summary>
public static class ModelFile
{
    /// <summary>Writes the portable graph with weights, metadata and hash; the file appears whole or not at all.</summary>
    /// <exception cref="ModelFileException">The parts of the artifact do not fit together.</exception>
    /// <exception cref="OutputException">The file cannot be written.</exception>
    public static void Write(string path, ModelArtifact artifact, ModelFileWriteOptions? options = null)
    {
        Write(path, EncoderGraph.Build(artifact, GraphDialect.Portable), ModelMetadata.Write(artifact), options ?? new ModelFileWriteOptions());
    }

    /// <summary>
    /// Writes the CPU graph of a model in place of the portable one, with all of its metadata: <see cref="Read"/> and ONNX Runtime
    /// then need neither the weights by name nor a second copy of them. The graph takes token types where the model has several.
    /// </summary>
    /// <param name="path">Where to.</param>
    /// <param name="source">The model file to compile, as it was read.</param>
    /// <param name="dialect">One of the CPU dialects that fit the model.</param>
    /// <param name="onnxRuntimeVersion">The version of ONNX Runtime that the dialect was run in.</param>
    /// <param name="options">How it is written.</param>
    /// <exception cref="ModelFileException">The source is foreign or compiled already.</exception>
    /// <exception cref="OutputException">The file cannot be written.</exception>
    public static void WriteCompiled(string path, ModelFileContent source, GraphDialect dialect, string onnxRuntimeVersion, ModelFileWriteOptions? options = null)
    {
        ModelArtifact artifact = source.RequireArtifact();
        if (artifact.PairEncoding is not null)
            throw new ModelFileException($"'{source.Path}' reads pairs by two encoders, which run one by one in graphs of their own: it cannot be compiled into one. Use the file as it is, or quantize it.");
        CompiledGraph compiled = new(dialect, source.Sha256, onnxRuntimeVersion);
        ModelProto model = EncoderGraph.Build(artifact, compiled.Dialect, pairs: artifact.Encoder.TokenTypeCount > 1);
        Write(path, model, [.. ModelMetadata.Write(artifact), .. ModelMetadata.Write(compiled)], options ?? new ModelFileWriteOptions());
    }

    private static void Write(string path, ModelProto model, IEnumerable<KeyValuePair<string, string>> metadata, ModelFileWriteOptions options)
    {
        foreach ((string key, string value) in metadata) model.MetadataProps.Add(new StringStringEntryProto { Key = key, Value = value });
        bool external = model.Graph.Initializer.Sum(tensor => (long)tensor.RawData.Length) > options.LargestEmbeddedWeights;
        string? dataPath = external ? ExternalData.Write(model, path) : null;
        string hash = ModelFileHash.Compute(model, dataPath);
        model.MetadataProps.Add(new StringStringEntryProto { Key = MetadataKeys.Sha256, Value = hash });
        AtomicFile.Write(path, stream => model.WriteTo(stream));
        ExternalData.RemoveOthers(path, dataPath);
    }

    /// <summary>
    /// Reads and checks a model file: a trust boundary, passed before ONNX Runtime sees the file. A file without our metadata
    /// is accepted as foreign after the checks that apply to it.
    /// </summary>
    /// <exception cref="ModelFileException">The file is missing, damaged, of another version, or not to be trusted.</exception>
    public static ModelFileContent Read(string path) => new ModelFileReader(path).Read();
}
