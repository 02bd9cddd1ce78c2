namespace RctOnnx.Weights;

/// <summary>How weights are read. Immutable.</summary>
public sealed record WeightsOptions
{
    /// <summary>
    /// Whether PyTorch's pickle files are read where a folder has no safetensors. They are never run, see <see cref="PyTorchFile"/>;
    /// false is for those who want none at all.
    /// </summary>
    public bool AllowPickle { get; init; } = true;
}
