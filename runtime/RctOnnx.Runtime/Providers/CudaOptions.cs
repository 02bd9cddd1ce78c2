using System.Globalization;

namespace RctOnnx.Runtime;

/// <summary>How the CUDA provider runs. Immutable.</summary>
public sealed record CudaOptions
{
    /// <summary>
    /// Kernels of attention that ONNX Runtime may choose from, bits of its option <c>sdpa_kernel</c>: flash (1), memory-efficient (2),
    /// TensorRT's fused (4) and separate products (16). Without cuDNN's (8), which it prefers from compute capability 9.0 on: that one
    /// makes a plan for every new shape, 0.1 s each on an H200, and each batch of texts is about a new shape.
    /// </summary>
    private const int AttentionKernels = 1 | 2 | 4 | 16;

    /// <summary>Which card, as CUDA counts them.</summary>
    public int DeviceId { get; init; }

    /// <summary>Bytes of the card that ONNX Runtime's arena may take; null is all.</summary>
    public long? MemoryLimit { get; init; }

    /// <summary>
    /// Whether the arena grows by what is asked for instead of doubling: less memory, more requests to the driver while new shapes
    /// come up.
    /// </summary>
    public bool GrowAsRequested { get; init; }

    /// <summary>
    /// Whether products in fp32 may round their inputs to the 10 bits of TF32, which cards since Ampere compute faster. Off: pooler and
    /// head are the only products in fp32 of <see cref="Onnx.GraphDialect.CudaFp16"/>, and <see cref="Onnx.GraphDialect.CudaFp32"/>
    /// is for parity. Worth it for <see cref="Onnx.GraphDialect.Portable"/>.
    /// </summary>
    public bool AllowTf32 { get; init; }

    /// <summary>
    /// Whether each shape is recorded once as a CUDA graph and replayed from then on, which saves the launches of its nodes. Shapes
    /// are rounded up to a grid, and batches run one after the other. Pays for small batches; each shape keeps its memory.
    /// </summary>
    public bool UseCudaGraphs { get; init; }

    /// <summary>Tokens of one batch, padding included; takes the place of <see cref="TextClassifierOptions.BatchTokens"/>, which suits processors.</summary>
    public int BatchTokens { get; init; } = 16_384;

    /// <summary>The provider's own options.</summary>
    internal Dictionary<string, string> ToNative()
    {
        Dictionary<string, string> native = new()
        {
            ["device_id"] = DeviceId.ToString(CultureInfo.InvariantCulture),
            ["use_tf32"] = AllowTf32 ? "1" : "0",
            ["arena_extend_strategy"] = GrowAsRequested ? "kSameAsRequested" : "kNextPowerOfTwo",
            ["enable_cuda_graph"] = UseCudaGraphs ? "1" : "0",
            ["sdpa_kernel"] = AttentionKernels.ToString(CultureInfo.InvariantCulture),
        };
        if (MemoryLimit is { } limit) native["gpu_mem_limit"] = limit.ToString(CultureInfo.InvariantCulture);
        return native;
    }

    /// <summary>What is wrong with the options.</summary>
    internal IEnumerable<string> Faults()
    {
        if (DeviceId < 0) yield return $"{nameof(CudaOptions)}.{nameof(DeviceId)} is {DeviceId}, expected at least 0";
        if (MemoryLimit <= 0) yield return $"{nameof(CudaOptions)}.{nameof(MemoryLimit)} is {MemoryLimit}, expected a number of bytes";
        if (BatchTokens < 1) yield return $"{nameof(CudaOptions)}.{nameof(BatchTokens)} is {BatchTokens}, expected at least 1";
    }
}
