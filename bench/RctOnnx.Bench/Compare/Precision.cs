namespace RctOnnx.Bench.Compare;

/// <summary>Arithmetic of the matrix products.</summary>
internal enum Precision
{
    /// <summary>Single precision.</summary>
    Fp32,

    /// <summary>Eight bits, uint8 times int8.</summary>
    Int8,
}
