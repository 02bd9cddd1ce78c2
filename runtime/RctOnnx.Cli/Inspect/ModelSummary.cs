using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using RctOnnx.Onnx;
using RctOnnx.Runtime;

namespace RctOnnx.Cli.Inspect;

/// <summary>What <c>inspect</c> tells about a file. Parts that a foreign file does not state are null and left out.</summary>
internal sealed record ModelSummary
{
    public required string Path { get; init; }

    public required bool Foreign { get; init; }

    public required int FormatVersion { get; init; }

    public required string Sha256 { get; init; }

    public required long FileSize { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ExternalDataPath { get; init; }

    public required long Opset { get; init; }

    public required GraphSignature Signature { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public CompiledGraph? Compiled { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ProblemType? ProblemType { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Labels { get; init; }

    /// <summary>How pairs are read by two encoders; left out where one reads both texts.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public PairEncoding? PairEncoding { get; init; }

    /// <summary>Of a file of several tasks all of them; the head, problem and labels above are those of the first.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<TaskDescription>? Tasks { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? MaxLength { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public LongTextPolicy? LongText { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public EncoderConfig? Encoder { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public HeadConfig? Head { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? ParameterCount { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Int8InputCount { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TokenizerSettings? Tokenizer { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Calibration? Calibration { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DocumentRule? Document { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? ProbeCount { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Proof? Proof { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public JsonObject? Training { get; init; }

    /// <summary>The summary of a checked file.</summary>
    public static ModelSummary Of(ModelFileContent content) => new()
    {
        Path = content.Path,
        Foreign = content.IsForeign,
        FormatVersion = content.FormatVersion,
        Sha256 = content.Sha256,
        FileSize = content.FileSize,
        ExternalDataPath = content.ExternalDataPath,
        Opset = content.Opset,
        Signature = content.Signature,
        Compiled = content.Compiled,
        ProblemType = content.Description?.ProblemType,
        Labels = content.Description?.Labels,
        PairEncoding = content.Description?.PairEncoding,
        Tasks = content.Description is { MoreTasks.Count: > 0 } several ? several.Tasks : null,
        MaxLength = content.Description?.MaxLength,
        LongText = content.Description?.LongText,
        Document = content.Description?.Document,
        Encoder = content.Description?.Encoder,
        Head = content.Description?.Head,
        ParameterCount = content.Artifact?.Weights.Values.Sum(weight => weight.ElementCount),
        Int8InputCount = content.Artifact?.Inputs.Count,
        Tokenizer = content.Description?.Tokenizer,
        Calibration = content.Description?.Calibration,
        ProbeCount = content.Description?.Probes.Count,
        Proof = content.Description?.Proof,
        Training = content.Description?.Training,
    };

    /// <summary>Writes the table that people read.</summary>
    public void WriteTable(TextWriter output)
    {
        Row("file", Path);
        Row("kind", Foreign ? "foreign: exported by another program, no contract metadata inside" : $"RctOnnx model file, format version {FormatVersion}");
        if (Compiled is not null) Row("compiled", $"for {Compiled.Dialect}, with ONNX Runtime {Compiled.OnnxRuntimeVersion}, from the file of SHA-256 {Compiled.SourceSha256}");
        Row("size", string.Create(CultureInfo.InvariantCulture, $"{FileSize:N0} bytes{(ExternalDataPath is null ? "" : $" with the weights in {ExternalDataPath}")}"));
        Row("sha256", Sha256);
        Row("opset", Opset.ToString(CultureInfo.InvariantCulture));
        foreach (GraphValue value in Signature.Inputs) Row("input", Describe(value));
        foreach (GraphValue value in Signature.Outputs) Row("output", Describe(value));
        if (Encoder is not { } encoder) return;

        Row("encoder", string.Create(CultureInfo.InvariantCulture,
            $"{encoder.Architecture}, {encoder.LayerCount} layers x {encoder.HiddenWidth}, {encoder.HeadCount} heads, {encoder.Activation}{(ParameterCount is null ? "" : $", {ParameterCount:N0} parameters")}"));
        if (PairEncoding is not null) Row("pairs", $"two encoders, {(PairEncoding.IsShared ? "shared weights" : "weights of their own")}, features combined by {PairEncoding.Combine}");
        Row("precision", Compiled is not null ? (EncoderGraph.IsInt8(Compiled.Dialect) ? "int8" : "fp32") : Int8InputCount == 0 ? "fp32" : $"int8: {Int8InputCount} of {(PairEncoding is { IsShared: false } ? 2 : 1) * QuantizationPoints.Of(encoder).Count} inputs of linear layers");
        if (Tasks is not null)
        {
            foreach (TaskDescription task in Tasks)
                Row("task", string.Create(CultureInfo.InvariantCulture, $"{task.Name}: {task.ProblemType}, {task.Head.Kind} on {task.Head.Pooling} pooling, temperature {task.Calibration.Temperature}, labels {string.Join(", ", task.Labels)}"));
        }
        else
        {
            Row("head", $"{Head!.Kind} on {Head.Pooling} pooling");
            Row("problem", Head.Kind == HeadKind.None ? $"{ProblemType}" : $"{ProblemType}, run by {ModelKinds.VerbOf(ProblemType!.Value)}");
            Row("labels", Head.Kind == HeadKind.MaskedLm ? "the pieces of the vocabulary" : string.Join(", ", Labels!));
        }
        Row("length", $"at most {MaxLength} tokens ({encoder.PositionCount} positions), longer texts: {LongText}");
        if (Document is not null) Row("documents", $"sentences are read together, each up to {Document.SentenceLength} pieces; rows of long documents share {Document.Overlap} sentences");
        Row("tokenizer", $"WordPiece, {encoder.VocabularySize} pieces, lower case: {Tokenizer!.LowerCase}, strips accents: {Tokenizer.StripsAccents}");
        if (Tasks is null) Row("temperature", Calibration!.Temperature.ToString(CultureInfo.InvariantCulture));
        Row("probes", $"{ProbeCount}");
        Row("proof", Proof is null
            ? "none"
            : string.Create(CultureInfo.InvariantCulture,
                $"largest difference {Proof.LargestDifference:G3} (allowed {Proof.Tolerance:G3}), labels agree on {Proof.LabelAgreement:P2} of {Proof.TextCount} texts and {Proof.PairCount} pairs"));
        Row("training", Training?.ToJsonString() ?? "none");

        void Row(string name, string value) => output.WriteLine($"{name,-12} {value}");
    }

    private static string Describe(GraphValue value) => $"{value.Name}: {value.ElementType} [{string.Join(", ", value.Dimensions)}]";
}
