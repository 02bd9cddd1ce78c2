namespace RctOnnx.Runtime;

/// <summary>What computes: an execution provider of ONNX Runtime.</summary>
public enum ExecutionProvider
{
    /// <summary>The processor; always there.</summary>
    Cpu,

    /// <summary>NVIDIA graphics cards, with the native package <c>Microsoft.ML.OnnxRuntime.Gpu</c>.</summary>
    Cuda,

    /// <summary>Apple's CoreML, with the native package's macOS build.</summary>
    CoreMl,
}
