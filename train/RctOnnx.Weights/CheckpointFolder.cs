using System.Text.Json;
using RctOnnx.Onnx;

namespace RctOnnx.Weights;

/// <summary>Finds and reads the weights of a Hugging Face checkpoint folder.</summary>
public static class CheckpointFolder
{
    private const string Single = "model.safetensors";
    private const string Index = "model.safetensors.index.json";

    /// <summary>
    /// All tensors by their names in the checkpoint, from <c>model.safetensors</c> or, if there is none, from the shards that
    /// <c>model.safetensors.index.json</c> names.
    /// </summary>
    /// <exception cref="ModelFileException">There are no weights, or they are not to be trusted.</exception>
    public static IReadOnlyDictionary<string, TensorData> ReadTensors(string folder)
    {
        if (!Directory.Exists(folder)) throw new ModelFileException($"The checkpoint folder '{folder}' is not there. Check the path.");
        if (File.Exists(Path.Combine(folder, Single))) return SafetensorsFile.Read(Path.Combine(folder, Single));
        if (File.Exists(Path.Combine(folder, Index))) return ReadShards(folder);
        throw new ModelFileException($"'{folder}' holds neither {Single} nor {Index}. Save the checkpoint as safetensors.");
    }

    private static Dictionary<string, TensorData> ReadShards(string folder)
    {
        string indexPath = Path.Combine(folder, Index);
        Dictionary<string, string> map = ReadIndex(indexPath);
        Dictionary<string, TensorData> tensors = [];
        foreach (IGrouping<string, string> shard in map.GroupBy(pair => pair.Value, pair => pair.Key))
        {
            string path = Path.Combine(folder, PlainName(shard.Key, indexPath));
            if (!File.Exists(path)) throw new ModelFileException($"'{indexPath}' names '{shard.Key}', which is not beside it. Copy the missing shard.");
            IReadOnlyDictionary<string, TensorData> part = SafetensorsFile.Read(path);
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
