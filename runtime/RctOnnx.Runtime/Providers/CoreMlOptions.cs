namespace RctOnnx.Runtime;

/// <summary>How the CoreML provider runs. Immutable.</summary>
public sealed record CoreMlOptions
{
    /// <summary>What CoreML may compute on.</summary>
    public CoreMlUnits Units { get; init; } = CoreMlUnits.All;

    /// <summary>
    /// Folder where ONNX Runtime keeps compiled graphs, made where it is missing; null compiles at every start. Nothing is ever
    /// removed from it, so that each version of ONNX Runtime gets a folder of its own inside.
    /// </summary>
    public string? CacheFolder { get; init; }

    /// <summary>Whether CoreML takes longer to compile for quicker predictions.</summary>
    public bool SpecializeForSpeed { get; init; }

    /// <summary>
    /// Rows of the fixed shape; a smaller batch is filled up, at full cost. One in the profile <see cref="PerformanceProfile.Latency"/>,
    /// whatever is set here.
    /// </summary>
    public int BatchSize { get; init; } = 8;

    /// <summary>The provider's own options.</summary>
    /// <param name="isStatic">Whether the graph has one fixed shape.</param>
    /// <param name="version">Version of ONNX Runtime.</param>
    internal Dictionary<string, string> ToNative(bool isStatic, string version)
    {
        Dictionary<string, string> native = new()
        {
            ["ModelFormat"] = "MLProgram", // the other one has no Gelu and no products of more than two dimensions
            ["MLComputeUnits"] = Units switch
            {
                CoreMlUnits.CpuOnly => "CPUOnly",
                CoreMlUnits.CpuAndGpu => "CPUAndGPU",
                CoreMlUnits.CpuAndNeuralEngine => "CPUAndNeuralEngine",
                _ => "ALL",
            },
            ["RequireStaticInputShapes"] = isStatic ? "1" : "0",
            ["SpecializationStrategy"] = SpecializeForSpeed ? "FastPrediction" : "Default",
        };
        if (CacheFolder is not null) native["ModelCacheDirectory"] = Path.Combine(CacheFolder, $"onnxruntime-{version}");
        return native;
    }

    /// <summary>What is wrong with the options.</summary>
    internal IEnumerable<string> Faults()
    {
        if (BatchSize < 1) yield return $"{nameof(CoreMlOptions)}.{nameof(BatchSize)} is {BatchSize}, expected at least 1";
        if (CacheFolder is "") yield return $"{nameof(CoreMlOptions)}.{nameof(CacheFolder)} is empty, expected a folder or null";
    }
}
