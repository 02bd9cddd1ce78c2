using RctOnnx.Onnx;

namespace RctOnnx.Runtime;

/// <summary>Which dialects a file can run as on a provider.</summary>
internal static class DialectChoice
{
    /// <summary>
    /// All that are possible, the default first. The CPU runs those of other providers too, slowly: what can be checked without their
    /// hardware.
    /// </summary>
    /// <param name="provider">Where.</param>
    /// <param name="cpu">The dialect of the file on the CPU.</param>
    /// <param name="isOwn">Whether the file has weights by name, out of which graphs are emitted.</param>
    public static IReadOnlyList<GraphDialect> Possible(ExecutionProvider provider, GraphDialect cpu, bool isOwn) => (provider, isOwn) switch
    {
        (ExecutionProvider.Cpu, true) => [.. OnCpu(cpu), GraphDialect.Portable, GraphDialect.CudaFp32, GraphDialect.CudaFp16, GraphDialect.CoreMlFp32, GraphDialect.CoreMlFp16],
        (ExecutionProvider.Cuda, true) => [GraphDialect.CudaFp16, GraphDialect.CudaFp32, GraphDialect.Portable],
        (ExecutionProvider.CoreMl, true) => [GraphDialect.CoreMlFp16, GraphDialect.CoreMlFp32, GraphDialect.Portable],
        (ExecutionProvider.Cpu, false) => [cpu],
        _ => [GraphDialect.Portable],
    };

    /// <summary>The dialect wanted, or the default.</summary>
    /// <exception cref="SettingsException">The one wanted is not possible.</exception>
    public static GraphDialect Choose(GraphDialect? wanted, ExecutionProvider provider, GraphDialect cpu, bool isOwn)
    {
        IReadOnlyList<GraphDialect> possible = Possible(provider, cpu, isOwn);
        if (wanted is not { } dialect) return possible[0];
        return possible.Contains(dialect)
            ? dialect
            : throw new SettingsException($"This file cannot run as {dialect} on {provider}; possible are {string.Join(", ", possible)}. Choose one, or leave Dialect out.");
    }

    // Where our own operators are the default, those of ONNX Runtime run too.
    private static IEnumerable<GraphDialect> OnCpu(GraphDialect dialect) => dialect switch
    {
        GraphDialect.CpuFp32Avx512 => [dialect, GraphDialect.CpuFp32],
        GraphDialect.CpuInt8Avx512 => [dialect, GraphDialect.CpuInt8],
        _ => [dialect],
    };

    /// <summary>Whether rows are padded and fed by <see cref="PaddedGraphs"/>.</summary>
    public static bool IsPadded(GraphDialect dialect) =>
        dialect is GraphDialect.CudaFp16 or GraphDialect.CudaFp32 || EncoderGraph.IsStatic(dialect);

    /// <summary>Whether the encoder computes in fp16.</summary>
    public static bool IsFp16(GraphDialect dialect) => dialect is GraphDialect.CudaFp16 or GraphDialect.CoreMlFp16;
}
