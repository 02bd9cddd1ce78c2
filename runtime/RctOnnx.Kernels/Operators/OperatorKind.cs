namespace RctOnnx.Kernels;

/// <summary>The operators. Those of uint8 quantise what they give, for the int8 layer that reads it.</summary>
internal enum OperatorKind
{
    /// <summary>query, keys and values, query bias → fp32 context.</summary>
    Attention,

    /// <summary>query, keys and values, query bias, scale, zero point → uint8 context.</summary>
    AttentionToUint8,

    /// <summary>input, residual, bias, scale, shift → fp32.</summary>
    AddNorm,

    /// <summary>input, residual, bias, scale, shift, quantisation scale, zero point → fp32 and uint8.</summary>
    AddNormToUint8,

    /// <summary>input, bias → fp32.</summary>
    Activation,

    /// <summary>input, bias, scale, zero point → uint8.</summary>
    ActivationToUint8,
}
