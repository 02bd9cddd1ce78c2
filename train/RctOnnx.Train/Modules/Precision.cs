using System.Text.Json.Serialization;

namespace RctOnnx.Train.Modules;

/// <summary>In what numbers the matrix products of training run. Parameters, gradients and optimiser state are always fp32.</summary>
public enum Precision
{
    /// <summary>Everything in fp32.</summary>
    Fp32,

    /// <summary>
    /// Linear layers and attention products in bf16 (8 bits of mantissa, fp32's range, so no loss scaling); normalisation,
    /// residual sums and the loss in fp32; evaluation in fp32 throughout, as the exported file computes. Weights are cast inside autograd, so that updates far below bf16's step survive.
    /// </summary>
    [JsonStringEnumMemberName("bf16")]
    BFloat16,
}
