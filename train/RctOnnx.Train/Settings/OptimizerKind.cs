using System.Text.Json.Serialization;

namespace RctOnnx.Train.Settings;

/// <summary>Update rule.</summary>
public enum OptimizerKind
{
    /// <summary>Adam with decoupled decay.</summary>
    [JsonStringEnumMemberName("adamw")]
    AdamW,

    /// <summary>Adam with the decay as L2 in the gradient.</summary>
    Adam,
}
