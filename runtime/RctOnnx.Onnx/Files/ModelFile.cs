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
        options ??= new ModelFileWriteOptions();
        ModelProto model = EncoderGraph.Build(artifact, GraphDialect.Portable);
        foreach ((string key, string value) in ModelMetadata.Write(artifact))
            model.MetadataProps.Add(new StringStringEntryProto { Key = key, Value = value });

        string dataPath = path + ".data";
        bool external = model.Graph.Initializer.Sum(tensor => (long)tensor.RawData.Length) > options.LargestEmbeddedWeights;
        if (external) ExternalData.Write(model, dataPath);
        string hash = ModelFileHash.Compute(model, external ? dataPath : null);
        model.MetadataProps.Add(new StringStringEntryProto { Key = MetadataKeys.Sha256, Value = hash });
        AtomicFile.Write(path, stream => model.WriteTo(stream));
        // What an earlier, larger model of that name left behind.
        if (!external && File.Exists(dataPath)) File.Delete(dataPath);
    }

    /// <summary>
    /// Reads and checks a model file: a trust boundary, passed before ONNX Runtime sees the file. A file without our metadata
    /// is accepted as foreign after the checks that apply to it.
    /// </summary>
    /// <exception cref="ModelFileException">The file is missing, damaged, of another version, or not to be trusted.</exception>
    public static ModelFileContent Read(string path) => new ModelFileReader(path).Read();
}
