using RctOnnx.Onnx;

namespace RctOnnx.Weights.PyTorch;

/// <summary>A name that a pickle may ask for. The list is fixed; no name leads to code outside of this reader.</summary>
internal sealed record PickleGlobal(string Name, TensorType? Storage = null)
{
    public const string OrderedDictionary = "collections.OrderedDict";
    public const string RebuildTensor = "torch._utils._rebuild_tensor";
    public const string RebuildTensor2 = "torch._utils._rebuild_tensor_v2";
    public const string RebuildParameter = "torch._utils._rebuild_parameter";

    private static readonly Dictionary<string, PickleGlobal> Known = new PickleGlobal[]
    {
        new(OrderedDictionary),
        new(RebuildTensor),
        new(RebuildTensor2),
        new(RebuildParameter),
        new("torch.FloatStorage", TensorType.Float32),
        new("torch.HalfStorage", TensorType.Float16),
        new("torch.BFloat16Storage", TensorType.BFloat16),
        new("torch.DoubleStorage", TensorType.Float64),
        new("torch.LongStorage", TensorType.Int64),
        new("torch.IntStorage", TensorType.Int32),
        new("torch.CharStorage", TensorType.Int8),
        new("torch.ByteStorage", TensorType.UInt8),
        new("torch.BoolStorage", TensorType.Bool),
    }.ToDictionary(known => known.Name);

    /// <summary>The entry of the list; refuses every other name and says what it means.</summary>
    public static PickleGlobal Find(string module, string name)
    {
        string full = $"{module}.{name}";
        if (Known.TryGetValue(full, out PickleGlobal? known)) return known;
        if (module.StartsWith("transformers.", StringComparison.Ordinal) || module.StartsWith("torch.nn.", StringComparison.Ordinal) || module.StartsWith("__torch__", StringComparison.Ordinal))
            throw new InvalidDataException($"it is a whole module, as it asks for the class '{full}'; a file of weights is written by torch.save(model.state_dict(), path)");
        throw new InvalidDataException($"it asks for '{full}', which weights have no need of; allowed are {string.Join(", ", Known.Keys)}");
    }
}
