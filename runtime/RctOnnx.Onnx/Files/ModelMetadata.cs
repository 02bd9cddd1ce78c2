using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace RctOnnx.Onnx;

/// <summary>Everything of an artifact but its weights, as the strings of <c>metadata_props</c>, and back.</summary>
internal static class ModelMetadata
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    private sealed record Config(EncoderConfig Encoder, HeadConfig Head);

    private sealed record SeveralTasks(string? First, IReadOnlyList<TaskDescription> More);

    /// <summary>Keys and values in a fixed order, without the hash.</summary>
    public static List<KeyValuePair<string, string>> Write(ModelDescription artifact)
    {
        foreach (string piece in artifact.Vocabulary)
            if (piece.AsSpan().ContainsAny('\n', '\r'))
                throw new ModelFileException($"The vocabulary piece '{piece}' holds a line end, but the model file keeps one piece a line. Remove it from the vocabulary.");
        List<KeyValuePair<string, string>> entries =
        [
            new(MetadataKeys.Format, MetadataKeys.FormatVersion.ToString(CultureInfo.InvariantCulture)),
            new(MetadataKeys.Config, JsonSerializer.Serialize(new Config(artifact.Encoder, artifact.Head), Json)),
            new(MetadataKeys.Labels, JsonSerializer.Serialize(artifact.Labels, Json)),
            new(MetadataKeys.ProblemType, Name(artifact.ProblemType)),
            new(MetadataKeys.MaxLength, artifact.MaxLength.ToString(CultureInfo.InvariantCulture)),
            new(MetadataKeys.LongText, Name(artifact.LongText)),
            new(MetadataKeys.Tokenizer, JsonSerializer.Serialize(artifact.Tokenizer, Json)),
            new(MetadataKeys.Vocabulary, string.Join('\n', artifact.Vocabulary)),
            new(MetadataKeys.Calibration, JsonSerializer.Serialize(artifact.Calibration, Json)),
            new(MetadataKeys.Probe, JsonSerializer.Serialize(artifact.Probes, Json)),
        ];
        if (artifact.WeightLimit != ModelQuantizer.SafeLimit) entries.Add(new(MetadataKeys.WeightLimit, artifact.WeightLimit.ToString(CultureInfo.InvariantCulture)));
        if (artifact.Document is not null) entries.Add(new(MetadataKeys.Document, JsonSerializer.Serialize(artifact.Document, Json)));
        if (artifact.MoreTasks.Count > 0) entries.Add(new(MetadataKeys.Tasks, JsonSerializer.Serialize(new SeveralTasks(artifact.TaskName, artifact.MoreTasks), Json)));
        if (artifact.PairEncoding is not null) entries.Add(new(MetadataKeys.PairEncoding, JsonSerializer.Serialize(artifact.PairEncoding, Json)));
        if (artifact.Proof is not null) entries.Add(new(MetadataKeys.Proof, JsonSerializer.Serialize(artifact.Proof, Json)));
        if (artifact.Training is not null) entries.Add(new(MetadataKeys.Training, artifact.Training.ToJsonString(Json)));
        return entries;
    }

    /// <summary>The keys that a compiled file has besides.</summary>
    public static List<KeyValuePair<string, string>> Write(CompiledGraph compiled) =>
    [
        new(MetadataKeys.Dialect, Name(compiled.Dialect)),
        new(MetadataKeys.Source, compiled.SourceSha256),
        new(MetadataKeys.OnnxRuntime, compiled.OnnxRuntimeVersion),
    ];

    /// <summary>What a compiled file says of its graph; null for a file with the portable graph.</summary>
    public static CompiledGraph? ReadCompiled(IReadOnlyDictionary<string, string> entries)
    {
        if (!entries.ContainsKey(MetadataKeys.Dialect)) return null;
        GraphDialect dialect = Enumeration<GraphDialect>(entries, MetadataKeys.Dialect);
        if (!EncoderGraph.IsCpu(dialect)) throw new ModelFileException($"The model file is compiled for {dialect}; compiled files are for a CPU. Compile it again.");
        return new CompiledGraph(dialect, Required(entries, MetadataKeys.Source), Required(entries, MetadataKeys.OnnxRuntime));
    }

    /// <summary>What the metadata describes; not yet checked.</summary>
    public static ModelDescription Read(IReadOnlyDictionary<string, string> entries)
    {
        (EncoderConfig encoder, HeadConfig head) = Parse(entries, MetadataKeys.Config, json =>
        {
            JsonMembers members = new(json);
            return members.End((MetadataParts.Encoder(members.Object("encoder")), MetadataParts.Head(members.Object("head"))));
        });
        (string? firstTask, IReadOnlyList<TaskDescription> moreTasks) = entries.ContainsKey(MetadataKeys.Tasks)
            ? Parse(entries, MetadataKeys.Tasks, json =>
            {
                JsonMembers members = new(json);
                return members.End(((string?)members.Text("first"), (IReadOnlyList<TaskDescription>)[.. JsonMembers.Items(members["more"]).Select(task => MetadataParts.Task(new(task)))]));
            })
            : (null, []);
        return new ModelDescription
        {
            TaskName = firstTask,
            MoreTasks = moreTasks,
            PairEncoding = entries.ContainsKey(MetadataKeys.PairEncoding) ? Parse(entries, MetadataKeys.PairEncoding, json => MetadataParts.PairEncoding(new(json))) : null,
            Encoder = encoder,
            Head = head,
            ProblemType = Enumeration<ProblemType>(entries, MetadataKeys.ProblemType),
            Labels = Parse(entries, MetadataKeys.Labels, JsonMembers.Texts),
            MaxLength = Number(entries, MetadataKeys.MaxLength),
            LongText = Enumeration<LongTextPolicy>(entries, MetadataKeys.LongText),
            Document = entries.ContainsKey(MetadataKeys.Document) ? Parse(entries, MetadataKeys.Document, json => MetadataParts.Document(new(json))) : null,
            Tokenizer = Parse(entries, MetadataKeys.Tokenizer, json => MetadataParts.Tokenizer(new(json))),
            Vocabulary = Required(entries, MetadataKeys.Vocabulary).Split('\n'),
            Calibration = Parse(entries, MetadataKeys.Calibration, json => MetadataParts.Calibration(new(json))),
            WeightLimit = entries.ContainsKey(MetadataKeys.WeightLimit) ? Number(entries, MetadataKeys.WeightLimit) : ModelQuantizer.SafeLimit,
            Probes = Parse(entries, MetadataKeys.Probe, json => JsonMembers.Items(json).Select(probe => MetadataParts.Probe(new(probe))).ToArray()),
            Proof = entries.ContainsKey(MetadataKeys.Proof) ? Parse(entries, MetadataKeys.Proof, json => MetadataParts.Proof(new(json))) : null,
            Training = entries.ContainsKey(MetadataKeys.Training)
                ? Parse(entries, MetadataKeys.Training, json => JsonObject.Create(json) ?? throw new JsonException($"found {json.ValueKind}, expected an object")) : null,
        };
    }

    /// <summary>Refuses a contract version that this build does not know, and keys that the version does not know.</summary>
    public static int CheckVersion(IReadOnlyDictionary<string, string> entries)
    {
        int version = Number(entries, MetadataKeys.Format);
        if (version != MetadataKeys.FormatVersion)
            throw new ModelFileException($"The model file has format version {version}; this build reads version {MetadataKeys.FormatVersion}. Use a build that knows it, or export the model again.");
        foreach (string key in entries.Keys)
            if (key.StartsWith(MetadataKeys.Prefix, StringComparison.Ordinal) && !MetadataKeys.All.Contains(key))
                throw new ModelFileException($"The model file has the metadata '{key}', which format version {version} does not know; it knows {string.Join(", ", MetadataKeys.All)}. Export the model again.");
        return version;
    }

    private static string Name<T>(T value) where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());

    private static T Enumeration<T>(IReadOnlyDictionary<string, string> entries, string key) where T : struct, Enum
    {
        string text = Required(entries, key);
        foreach (T value in Enum.GetValues<T>())
            if (Name(value) == text) return value;
        throw new ModelFileException($"'{key}' in the model file is '{text}', expected one of {string.Join(", ", Enum.GetValues<T>().Select(Name))}.");
    }

    private static int Number(IReadOnlyDictionary<string, string> entries, string key)
    {
        string text = Required(entries, key);
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            ? number
            : throw new ModelFileException($"'{key}' in the model file is '{text}', expected a number.");
    }

    private static T Parse<T>(IReadOnlyDictionary<string, string> entries, string key, Func<JsonElement, T> read)
    {
        try
        {
            return read(JsonMembers.Parse(Required(entries, key)));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException) // the latter from a number out of range, or text that is no Unicode
        {
            throw new ModelFileException($"'{key}' in the model file cannot be read: {e.Message}. Export the model again.", e);
        }
    }

    private static string Required(IReadOnlyDictionary<string, string> entries, string key) =>
        entries.TryGetValue(key, out string? value)
            ? value
            : throw new ModelFileException($"The model file has no '{key}'. It is damaged or was not written by this product: export it again.");
}
