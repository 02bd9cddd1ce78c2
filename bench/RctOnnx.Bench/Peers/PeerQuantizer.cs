using System.Runtime.InteropServices;
using RctOnnx.Onnx;

namespace RctOnnx.Bench.Peers;

/// <summary>What ONNX Runtime's dynamic quantisation does to weights: matrices int8 with a scale a column, tables uint8 with one scale.</summary>
internal static class PeerQuantizer
{
    /// <summary>Symmetric int8, the largest absolute value of each column becomes 127.</summary>
    public static (sbyte[] Values, float[] Scales) Columns(float[] matrix, int columnCount)
    {
        TensorData quantized = ModelQuantizer.Matrix(TensorData.FromFloats(matrix, matrix.Length / columnCount, columnCount), axis: 1, sbyte.MaxValue);
        return ([.. MemoryMarshal.Cast<byte, sbyte>(quantized.Bytes.Span)], [.. quantized.Scales!.Values]);
    }

    /// <summary>Asymmetric uint8 over the range of all values and zero.</summary>
    public static (byte[] Values, float Scale, byte ZeroPoint) Table(float[] values)
    {
        float lowest = Math.Min(values.Min(), 0), scale = Math.Max((Math.Max(values.Max(), 0) - lowest) / byte.MaxValue, 1e-30f);
        int zeroPoint = (int)MathF.Round(-lowest / scale);
        return ([.. values.Select(value => (byte)Math.Clamp(MathF.Round(value / scale) + zeroPoint, 0, byte.MaxValue))], scale, (byte)zeroPoint);
    }
}
