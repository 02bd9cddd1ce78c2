namespace RctOnnx.Runtime.Quantization;

/// <summary>How the range of an activation becomes its scale.</summary>
public enum QuantizationMethod
{
    /// <summary>All values seen.</summary>
    MinMax,

    /// <summary>All but one value in ten thousand.</summary>
    Percentile,

    /// <summary>The range whose rounding and clipping together give the least squared error.</summary>
    LeastSquares,
}
