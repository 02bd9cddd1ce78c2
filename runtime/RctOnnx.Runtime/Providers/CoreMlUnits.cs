namespace RctOnnx.Runtime;

/// <summary>What CoreML may compute on.</summary>
public enum CoreMlUnits
{
    /// <summary>Whatever CoreML finds best.</summary>
    All,

    /// <summary>The processor.</summary>
    CpuOnly,

    /// <summary>The processor and the graphics cores.</summary>
    CpuAndGpu,

    /// <summary>The processor and the Neural Engine.</summary>
    CpuAndNeuralEngine,
}
