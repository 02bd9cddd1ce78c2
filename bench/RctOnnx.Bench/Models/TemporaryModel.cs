using Microsoft.ML.OnnxRuntime;
using RctOnnx.Kernels;
using RctOnnx.Onnx;
using RctOnnx.Runtime.Tokenization;

namespace RctOnnx.Bench.Models;

/// <summary>A 6-layer × 384 classifier with random weights and a real vocabulary in a file that lives as long as this.</summary>
internal sealed class TemporaryModel : IDisposable
{
    /// <summary>Longest text in tokens.</summary>
    public const int MaxLength = 128;

    private const int Layers = 6, Width = 384;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("rctonnx-bench-");

    /// <summary>The file.</summary>
    public string Path { get; private set; } = "";

    /// <summary>Writes the file.</summary>
    public static TemporaryModel Create(bool int8)
    {
        TokenizerSource source = TokenizerFiles.Load(BenchmarkFolders.Weights("all-MiniLM-L6-v2"));
        ModelArtifact artifact = RandomBert.Create(Layers, Width) with { Vocabulary = source.Vocabulary, Tokenizer = source.Settings, MaxLength = MaxLength };
        TemporaryModel model = new();
        model.Path = System.IO.Path.Combine(model._folder.FullName, "model.onnx");
        ModelFile.Write(model.Path, int8 ? RandomBert.Quantize(artifact) : artifact);
        return model;
    }

    /// <summary>Puts the CPU graph into the file.</summary>
    public void Compile()
    {
        string compiled = System.IO.Path.Combine(_folder.FullName, "model.cpu.onnx");
        ModelFileContent content = ModelFile.Read(Path);
        ModelFile.WriteCompiled(compiled, content, EncoderGraph.CpuDialect(content.RequireArtifact(), OwnOperators.IsSupported), OrtEnv.Instance().GetVersionString());
        Path = compiled;
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
