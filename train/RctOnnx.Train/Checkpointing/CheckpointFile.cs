using System.Text.Json;
using System.Text.Json.Serialization;
using RctOnnx.Onnx;
using RctOnnx.Weights;

namespace RctOnnx.Train.Checkpointing;

/// <summary>
/// A checkpoint is a folder with <c>state.json</c> and one safetensors file of weights and moments. The tensors are written
/// first, under a name with their step; <c>state.json</c> names them and is replaced last and at once, so that a run that is
/// killed while it saves leaves the checkpoint before.
/// </summary>
public static class CheckpointFile
{
    private const string StateName = "state.json", WeightPrefix = "weight/", MomentPrefix = "moment/", RandomName = "random";

    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    private sealed record Saved(string Tensors, RunState State);

    /// <summary>Whether a folder holds a checkpoint.</summary>
    public static bool Exists(string folder) => File.Exists(Path.Combine(folder, StateName));

    /// <summary>Writes a checkpoint over the one before.</summary>
    /// <exception cref="OutputException">The folder is not writable or full; the checkpoint before stays whole.</exception>
    public static void Write(string folder, RunCheckpoint checkpoint)
    {
        string name = $"step-{checkpoint.State.Step:D8}.safetensors";
        List<KeyValuePair<string, TensorData>> tensors =
        [
            .. checkpoint.Weights.Select(pair => KeyValuePair.Create(WeightPrefix + pair.Key, pair.Value)),
            .. checkpoint.Moments.Select(pair => KeyValuePair.Create(MomentPrefix + pair.Key, pair.Value)),
        ];
        if (!checkpoint.Random.IsEmpty)
            tensors.Add(new(RandomName, new TensorData(TensorType.UInt8, [checkpoint.Random.Length], checkpoint.Random)));
        SafetensorsFile.Write(Path.Combine(folder, name), tensors);
        AtomicFile.WriteText(Path.Combine(folder, StateName), JsonSerializer.Serialize(new Saved(name, checkpoint.State), Json));
        foreach (string old in Directory.EnumerateFiles(folder, "step-*.safetensors"))
            if (Path.GetFileName(old) != name) File.Delete(old);
    }

    /// <summary>Reads a checkpoint.</summary>
    /// <exception cref="ModelFileException">There is none, it is damaged, or it is of another version.</exception>
    public static RunCheckpoint Read(string folder)
    {
        Saved saved = ReadState(Path.Combine(folder, StateName));
        if (Path.GetFileName(saved.Tensors) != saved.Tensors)
            throw new ModelFileException($"The checkpoint '{folder}' names the tensors '{saved.Tensors}'; expected the plain name of a file beside it.");
        Dictionary<string, TensorData> weights = [], moments = [];
        ReadOnlyMemory<byte> random = default;
        foreach ((string name, TensorData tensor) in SafetensorsFile.Read(Path.Combine(folder, saved.Tensors)))
        {
            if (name.StartsWith(WeightPrefix, StringComparison.Ordinal)) weights.Add(name[WeightPrefix.Length..], tensor);
            else if (name.StartsWith(MomentPrefix, StringComparison.Ordinal)) moments.Add(name[MomentPrefix.Length..], tensor);
            else if (name == RandomName) random = tensor.Bytes;
            else throw new ModelFileException($"The checkpoint '{folder}' holds a tensor '{name}' that no part of a run is stored under. Use the build that wrote it.");
        }
        return new RunCheckpoint { State = saved.State, Weights = weights, Moments = moments, Random = random };
    }

    private static Saved ReadState(string path)
    {
        if (!File.Exists(path)) throw new ModelFileException($"'{path}' is not there: the folder holds no checkpoint. Name a run folder that was trained before.");
        try
        {
            Saved saved = JsonSerializer.Deserialize<Saved>(File.ReadAllBytes(path), Json) ?? throw new JsonException("it is null");
            return saved.State.Version == RunState.CurrentVersion
                ? saved
                : throw new ModelFileException($"'{path}' has version {saved.State.Version}; this build reads version {RunState.CurrentVersion}. Use the build that wrote it.");
        }
        catch (JsonException e)
        {
            throw new ModelFileException($"'{path}' is not the state of a run: {e.Message}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelFileException($"'{path}' cannot be read: {e.Message}", e);
        }
    }
}
