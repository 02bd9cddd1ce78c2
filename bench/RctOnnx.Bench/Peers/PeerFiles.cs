using System.Text.Json;
using RctOnnx.Onnx;

namespace RctOnnx.Bench.Peers;

/// <summary>What the peers need of a model and a run, in a temporary folder: texts, tokenizer, graphs with the same weights.</summary>
internal sealed class PeerFiles : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("rctonnx-bench-");

    /// <summary>Writes the texts and the tokenizer.</summary>
    public PeerFiles(ModelArtifact artifact, IReadOnlyList<string> texts)
    {
        Texts = Path.Combine(_folder.FullName, "texts.json");
        Tokenizer = _folder.CreateSubdirectory("tokenizer").FullName;
        AtomicFile.WriteText(Texts, JsonSerializer.Serialize(texts));
        PeerTokenizer.Write(Tokenizer, artifact);
    }

    /// <summary>A JSON array of the texts.</summary>
    public string Texts { get; }

    /// <summary>The folder of tokenizer files.</summary>
    public string Tokenizer { get; }

    /// <summary>The pieces, one a line.</summary>
    public string Vocabulary => Path.Combine(Tokenizer, "vocab.txt");

    /// <summary>A peer's graph with the weights of <paramref name="artifact"/>.</summary>
    public string Graph(string graphPath, ModelArtifact artifact)
    {
        string path = Path.Combine(_folder.FullName, Path.GetFileName(graphPath));
        PeerGraph.Write(graphPath, artifact, path);
        return path;
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
