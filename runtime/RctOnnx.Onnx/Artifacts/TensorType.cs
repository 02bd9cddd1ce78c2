namespace RctOnnx.Onnx;

/// <summary>Element types of weights.</summary>
public enum TensorType
{
    /// <summary>IEEE 754 single precision.</summary>
    Float32,

    /// <summary>IEEE 754 half precision.</summary>
    Float16,

    /// <summary>The upper half of a single precision number.</summary>
    BFloat16,

    /// <summary>Signed 64-bit integer.</summary>
    Int64,

    /// <summary>Signed 32-bit integer.</summary>
    Int32,

    /// <summary>Signed 8-bit integer.</summary>
    Int8,

    /// <summary>Unsigned 8-bit integer.</summary>
    UInt8,

    /// <summary>IEEE 754 double precision.</summary>
    Float64,

    /// <summary>One byte, 0 or 1.</summary>
    Bool,
}
