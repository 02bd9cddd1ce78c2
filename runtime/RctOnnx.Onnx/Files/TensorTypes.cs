using RctOnnx.Onnx.Protobuf;
using DataType = RctOnnx.Onnx.Protobuf.TensorProto.Types.DataType;

namespace RctOnnx.Onnx;

/// <summary>Element types of ONNX and of this project.</summary>
internal static class TensorTypes
{
    /// <summary>The type of an ONNX tensor; throws <see cref="ModelFileException"/> for one that no model here uses.</summary>
    public static TensorType FromOnnx(TensorProto tensor) => (DataType)tensor.DataType switch
    {
        DataType.Float => TensorType.Float32,
        DataType.Float16 => TensorType.Float16,
        DataType.Bfloat16 => TensorType.BFloat16,
        DataType.Double => TensorType.Float64,
        DataType.Int64 => TensorType.Int64,
        DataType.Int32 => TensorType.Int32,
        DataType.Int8 => TensorType.Int8,
        DataType.Uint8 => TensorType.UInt8,
        DataType.Bool => TensorType.Bool,
        _ => throw new ModelFileException($"Tensor '{tensor.Name}' has the ONNX element type {tensor.DataType}, which is not supported here."),
    };
}
