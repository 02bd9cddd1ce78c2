namespace RctOnnx.Train.Settings;

/// <summary>Where to train.</summary>
public enum DeviceChoice
{
    /// <summary>CUDA, else Metal, else CPU; what was taken is said.</summary>
    Auto,

    /// <summary>The processor.</summary>
    Cpu,

    /// <summary>An NVIDIA GPU; an error without one.</summary>
    Cuda,

    /// <summary>An Apple GPU; an error without one.</summary>
    Mps,
}
