using RctOnnx.Onnx;

namespace RctOnnx.Weights.PyTorch;

/// <summary>Elements that lie elsewhere in the file.</summary>
/// <param name="Key">Their name there.</param>
/// <param name="Type">Element type.</param>
/// <param name="Count">Number of elements, as the pickle claims; not negative.</param>
internal sealed record StorageReference(string Key, TensorType Type, long Count)
{
    /// <summary>Bytes that the claim amounts to.</summary>
    public long ByteCount => Count <= long.MaxValue / 8
        ? Count * TensorData.SizeOf(Type)
        : throw new InvalidDataException($"the storage '{Key}' claims {Count} elements");
}
