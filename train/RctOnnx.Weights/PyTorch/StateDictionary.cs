using RctOnnx.Onnx;

namespace RctOnnx.Weights.PyTorch;

/// <summary>From the object that a pickle describes to tensors by name.</summary>
internal static class StateDictionary
{
    // Copies are made of views that are not contiguous, each at most as large as its storage, each view once.
    private const int MostCopies = 4;

    /// <summary>The views by name, all checked against the sizes that their storages claim.</summary>
    public static IReadOnlyList<KeyValuePair<string, StoredView>> Views(object? described)
    {
        if (described is not PickleDictionary dictionary)
            throw new InvalidDataException($"it holds {PickleMachine.Describe(described)}, expected a dictionary of tensors as from torch.save(model.state_dict(), path)");
        Dictionary<string, StoredView> views = [];
        foreach ((object? key, object? value) in dictionary.Entries)
        {
            if (key is not string name) throw new InvalidDataException($"a key of its dictionary is {PickleMachine.Describe(key)}, expected the name of a tensor");
            if (value is not StoredView view)
                throw new InvalidDataException($"its entry '{name}' is {PickleMachine.Describe(value)}, expected a tensor; where the weights are an entry of a training checkpoint, save that entry alone");
            StridedTensor.Check(view, name);
            if (!views.TryAdd(name, view)) throw new InvalidDataException($"it holds '{name}' twice");
        }
        return [.. views];
    }

    /// <summary>The tensors; views that are alike share one.</summary>
    /// <param name="views">Checked views.</param>
    /// <param name="storages">Bytes by the key of the storage, as many as it claims.</param>
    /// <param name="fileLength">Bounds what copies may take.</param>
    public static IReadOnlyDictionary<string, TensorData> Read(IReadOnlyList<KeyValuePair<string, StoredView>> views, IReadOnlyDictionary<string, byte[]> storages, long fileLength)
    {
        Dictionary<string, TensorData> tensors = [], alike = [];
        long copied = 0;
        foreach ((string name, StoredView view) in views)
        {
            string identity = $"{view.Offset}:{string.Join(',', view.Shape)}:{string.Join(',', view.Strides)}:{view.Storage.Key}";
            if (!alike.TryGetValue(identity, out TensorData? tensor))
            {
                if (!StridedTensor.IsContiguous(view)) copied += TensorData.ByteCount(view.Storage.Type, view.Shape);
                if (copied > MostCopies * fileLength) throw new InvalidDataException($"its tensors would take more than {MostCopies} times the {fileLength} bytes of the file");
                alike[identity] = tensor = StridedTensor.Read(view, storages[view.Storage.Key]);
            }
            tensors.Add(name, tensor);
        }
        return tensors;
    }
}
