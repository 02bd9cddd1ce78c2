using RctOnnx.Onnx;

namespace RctOnnx.Train.Checkpointing;

/// <summary>A run at one moment.</summary>
public sealed record RunCheckpoint
{
    /// <summary>Where the run stands.</summary>
    public required RunState State { get; init; }

    /// <summary>Weights by canonical name, fp32.</summary>
    public required IReadOnlyDictionary<string, TensorData> Weights { get; init; }

    /// <summary>Moments of the optimiser by name; empty in a checkpoint that is kept for its weights only.</summary>
    public IReadOnlyDictionary<string, TensorData> Moments { get; init; } = new Dictionary<string, TensorData>();

    /// <summary>State of torch's generator, which dropout draws from; empty in a checkpoint that is kept for its weights only.</summary>
    public ReadOnlyMemory<byte> Random { get; init; }
}
