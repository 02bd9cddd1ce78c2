using System.Text.Json;
using RctOnnx.Onnx;

namespace RctOnnx.Weights;

/// <summary>Finds and reads the weights of a Hugging Face checkpoint folder.</summary>
public static class CheckpointFolder
{
    private const string Safetensors = "model.safetensors";
    private const string PyTorch = "pytorch_model.bin";
    private const string IndexSuffix = ".index.json";

    private delegate IReadOnlyDictionary<string, TensorData> FileReader(string path);

    /// <summary>
    /// All tensors by their names in the checkpoint: from <c>model.safetensors</c>, else from the shards that
    /// <c>model.safetensors.index.json</c> names, else from <c>pytorch_model.bin</c>, else from the shards of
    /// <c>pytorch_model.bin.index.json</c>.
    /// </summary>
    /// <exception cref="ModelFileException">There are no weights, they are not to be trusted, or they are pickles and those are not allowed.</exception>
    public static IReadOnlyDictionary<string, TensorData> ReadTensors(string folder, WeightsOptions? options = null)
    {
        if (!Directory.Exists(folder)) throw new ModelFileException($"The checkpoint folder '{folder}' is not there. Check the path.");
        bool allowPickle = (options ?? new WeightsOptions()).AllowPickle;
        if (Find(folder, Safetensors, SafetensorsFile.Read) is { } tensors) return tensors;
        if (allowPickle && Find(folder, PyTorch, PyTorchFile.Read) is { } unpickled) return unpickled;
        if (!allowPickle && (File.Exists(Path.Combine(folder, PyTorch)) || File.Exists(Path.Combine(folder, PyTorch + IndexSuffix))))
            throw new ModelFileException($"'{folder}' holds its weights as a pickle ({PyTorch}), and pickles are not allowed here. Allow them (leave out --no-pickle), or save the checkpoint as {Safetensors}.");
        throw new ModelFileException($"'{folder}' holds none of {Safetensors}, {Safetensors}{IndexSuffix}, {PyTorch}, {PyTorch}{IndexSuffix}. Copy the weights beside config.json.");
    }

    private static IReadOnlyDictionary<string, TensorData>? Find(string folder, string single, FileReader read)
    {
        string path = Path.Combine(folder, single);
        return File.Exists(path) ? read(path) : File.Exists(path + IndexSuffix) ? ReadShards(folder, path + IndexSuffix, read) : null;
    }

    private static Dictionary<string, TensorData> ReadShards(string folder, string indexPath, FileReader read)
    {
        Dictionary<string, string> map = ReadIndex(indexPath);
        Dictionary<string, TensorData> tensors = [];
        foreach (IGrouping<string, string> shard in map.GroupBy(pair => pair.Value, pair => pair.Key))
        {
            string path = Path.Combine(folder, PlainName(shard.Key, indexPath));
            if (!File.Exists(path)) throw new ModelFileException($"'{indexPath}' names '{shard.Key}', which is not beside it. Copy the missing shard.");
            IReadOnlyDictionary<string, TensorData> part = read(path);
            HashSet<string> expected = [.. shard];
            if (!expected.SetEquals(part.Keys))
                throw new ModelFileException($"'{path}' does not hold the tensors that the index places there: {string.Join(", ", expected.Except(part.Keys).Concat(part.Keys.Except(expected)).Take(5))}. Fetch the checkpoint again.");
            foreach ((string name, TensorData tensor) in part) tensors.Add(name, tensor);
        }
        return tensors;
    }

    private static Dictionary<string, string> ReadIndex(string path)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path), new JsonDocumentOptions { AllowDuplicateProperties = false });
            Dictionary<string, string> map = [];
            foreach (JsonProperty entry in document.RootElement.GetProperty("weight_map").EnumerateObject()) map.Add(entry.Name, entry.Value.GetString() ?? "");
            return map;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new ModelFileException($"'{path}' is not an index of shards ({e.Message}); expected an object 'weight_map'.", e);
        }
    }

    private static string PlainName(string name, string indexPath) =>
        name.Length > 0 && name is not ("." or "..") && name.AsSpan().IndexOfAny("/\\:\0") < 0
            ? name
            : throw new ModelFileException($"'{indexPath}' names the shard '{name}'; expected the plain name of a file beside it.");
}
