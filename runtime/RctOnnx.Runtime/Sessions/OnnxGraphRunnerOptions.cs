using Microsoft.ML.OnnxRuntime;

namespace RctOnnx.Runtime;

/// <summary>How <see cref="OnnxGraphRunner"/> opens a graph.</summary>
public sealed record OnnxGraphRunnerOptions
{
    /// <summary>How far ONNX Runtime may rewrite the graph.</summary>
    public GraphOptimizationLevel OptimizationLevel { get; init; } = GraphOptimizationLevel.ORT_ENABLE_ALL;

    /// <summary>Threads inside one run. One leaves the work on the caller's thread.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>Where to run.</summary>
    public ExecutionProvider Provider { get; init; } = ExecutionProvider.Cpu;

    /// <summary>For CUDA.</summary>
    public CudaOptions Cuda { get; init; } = new();

    /// <summary>For CoreML.</summary>
    public CoreMlOptions CoreMl { get; init; } = new();

    /// <summary>
    /// Whether ONNX Runtime may join additions with the layer normalisation that follows. Off for
    /// <see cref="Onnx.GraphDialect.CpuFp32"/>: on CPU the joined kernel is slower.
    /// </summary>
    public bool FuseSkipLayerNorm { get; init; } = true;

    /// <summary>Whether the graph has our own operators (<see cref="Onnx.EncoderGraph.HasOwnOperators"/>).</summary>
    public bool OwnOperators { get; init; }

    /// <summary>Whether the output is [batch, sequence, labels], an answer a token, as that of a document model; otherwise it is [batch, labels].</summary>
    public bool PerToken { get; init; }

    /// <summary>Whether the output is [masks, vocabulary], an answer for every mask token and for no other, as that of CPU graphs of a masked language model.</summary>
    public bool AtMasks { get; init; }

    /// <summary>Name of the output to read.</summary>
    public string Output { get; init; } = "logits";
}
