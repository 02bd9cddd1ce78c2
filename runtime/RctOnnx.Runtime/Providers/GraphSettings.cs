using RctOnnx.Onnx;

namespace RctOnnx.Runtime;

/// <summary>How the graphs of a padding dialect are opened and fed.</summary>
internal sealed record GraphSettings
{
    /// <summary>Where to run. The CPU runs the fp32 forms too, for checks.</summary>
    public required ExecutionProvider Provider { get; init; }

    /// <summary>The form of graph.</summary>
    public required GraphDialect Dialect { get; init; }

    /// <summary>Which rows run together, and in which shapes.</summary>
    public required PaddingPlan Plan { get; init; }

    /// <summary>The form of the logits.</summary>
    public required BatchAnswers Answers { get; init; }

    /// <summary>Name of the output to read.</summary>
    public string Output { get; init; } = "logits";

    /// <summary>Id that fills short rows.</summary>
    public required int PadId { get; init; }

    /// <summary>For CUDA.</summary>
    public CudaOptions Cuda { get; init; } = new();

    /// <summary>For CoreML.</summary>
    public CoreMlOptions CoreMl { get; init; } = new();

    /// <summary>Processor threads inside one run.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>Whether shapes are recorded once and replayed: inputs and outputs then stay at one place on the card.</summary>
    public bool IsRecorded => Cuda.UseCudaGraphs && Dialect is (GraphDialect.CudaFp16 or GraphDialect.CudaFp32);
}
