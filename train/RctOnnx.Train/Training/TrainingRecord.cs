using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using RctOnnx.Data.Metrics;
using RctOnnx.Train.Evaluation;
using RctOnnx.Train.Examples;
using RctOnnx.Train.Settings;

namespace RctOnnx.Train.Training;

/// <summary>A run in JSON: the record inside the model file and <c>metrics.json</c>.</summary>
internal static class TrainingRecord
{
    /// <summary>Indented, snake_case; undefined figures by name.</summary>
    public static JsonSerializerOptions Json { get; } = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>What the model file says about how it was made. Paths are given by file name only.</summary>
    public static JsonObject Of(TrainSettings settings, TaskData data, ExampleSet train, TrainingOutcome outcome)
    {
        return new JsonObject
        {
            ["settings"] = SettingsJson.ToObject(Shown(settings)),
            ["data"] = Files(data),
            ["train_rows"] = train.Tokens.RowCount,
            ["train_hash"] = train.Hash,
            ["steps"] = outcome.Steps,
            ["exported_step"] = outcome.ExportedStep,
            ["versions"] = Versions(),
            ["metrics"] = Sets(outcome, detailed: false),
        };
    }

    /// <summary>Settings as others may see them: a record that travels with the model shall not tell how its author's disk is laid out.</summary>
    public static TrainSettings Shown(TrainSettings settings) => settings with
    {
        Base = NameOf(settings.Base),
        Train = [.. settings.Train.Select(NameOf)],
        Dev = settings.Dev is { } dev ? NameOf(dev) : null,
        Test = [.. settings.Test.Select(NameOf)],
        Output = NameOf(settings.Output),
        Teacher = settings.Teacher is { } teacher ? NameOf(teacher) : null,
        ClassWeightFile = settings.ClassWeightFile is { } weights ? NameOf(weights) : null,
    };

    /// <summary>The final figures of a run.</summary>
    public static JsonObject Metrics(TrainSettings settings, TaskData data, TrainingOutcome outcome) => new()
    {
        ["labels"] = new JsonArray([.. outcome.Model.Labels.Select(label => (JsonNode)label)]),
        ["temperature"] = outcome.Model.Calibration.Temperature,
        ["sets"] = Sets(outcome, detailed: true),
        ["runtime"] = outcome.Runtime is { } runtime ? JsonSerializer.SerializeToNode(runtime, Json) : null,
        ["proof"] = JsonSerializer.SerializeToNode(outcome.Model.Proof, Json),
        ["steps"] = outcome.Steps,
        ["exported_step"] = outcome.ExportedStep,
        ["training_seconds"] = outcome.TrainingSeconds,
        ["sentences_per_second"] = outcome.SentencesPerSecond,
        ["peak_memory_bytes"] = outcome.PeakMemory,
        ["settings"] = SettingsJson.ToObject(settings),
        ["data"] = Files(data),
        ["versions"] = Versions(),
    };

    /// <summary>The programs that made the figures.</summary>
    public static JsonObject Versions() => new()
    {
        ["rctonnx"] = VersionOf(typeof(TrainingRecord).Assembly),
        ["dotnet"] = Environment.Version.ToString(),
        ["torchsharp"] = VersionOf(typeof(TorchSharp.torch).Assembly),
        ["onnxruntime"] = Microsoft.ML.OnnxRuntime.OrtEnv.Instance().GetVersionString(),
        ["os"] = RuntimeInformation.OSDescription,
        ["architecture"] = RuntimeInformation.OSArchitecture.ToString(),
        ["threads"] = TorchSharp.torch.get_num_threads(),
    };

    private static JsonObject Sets(TrainingOutcome outcome, bool detailed)
    {
        JsonObject sets = [];
        if (outcome.Dev is { } dev) sets["dev"] = With(new JsonObject { ["trained"] = Figures(dev, outcome.Model.Labels, detailed) }, outcome.DevAnalysis, detailed);
        foreach (TestFigures test in outcome.Tests)
            sets[test.Name] = With(new JsonObject
            {
                ["untrained"] = Figures(test.Untrained, outcome.Model.Labels, detailed),
                ["trained"] = Figures(test.Trained, outcome.Model.Labels, detailed),
            }, test.Analysis, detailed);
        return sets;
    }

    private static JsonObject With(JsonObject set, SetAnalysis? analysis, bool detailed)
    {
        if (analysis is null) return set;
        set["accuracy_interval"] = JsonSerializer.SerializeToNode(analysis.Accuracy, Json);
        set["macro_f1_interval"] = JsonSerializer.SerializeToNode(analysis.MacroF1, Json);
        set["expected_calibration_error"] = analysis.Calibrated.ExpectedCalibrationError;
        if (!detailed) return set;
        set["expected_calibration_error_without_temperature"] = analysis.Plain.ExpectedCalibrationError;
        set["reliability"] = JsonSerializer.SerializeToNode(analysis.Calibrated.Bins, Json);
        set["lengths"] = JsonSerializer.SerializeToNode(analysis.Lengths, Json);
        return set;
    }

    private static JsonObject Figures(EvaluationResult result, IReadOnlyList<string> labels, bool detailed)
    {
        JsonObject figures = new() { ["count"] = result.Logits.Count / labels.Count, ["loss"] = result.Loss };
        if (result.Figures.Values is { } values) figures["regression"] = JsonSerializer.SerializeToNode(values, Json);
        if (result.Figures.Sets is { } sets) Labels(figures, sets.Macro, sets.Micro, sets.Weighted, sets.PerLabel, labels, detailed, ("exact_match", sets.ExactMatch), ("hamming_loss", sets.HammingLoss));
        if (result.Figures.Classes is not { } metrics) return figures;
        (string, double)[] shares = [("accuracy", metrics.Accuracy), ("quadratic_weighted_kappa", metrics.QuadraticWeightedKappa)];
        // The whole numbers of rounded values are no labels of the model: they are told apart from its own figures.
        if (result.Figures.Values is not null)
        {
            JsonObject rounded = [];
            Labels(rounded, metrics.Macro, metrics.Micro, metrics.Weighted, [], [], detailed, shares);
            figures["rounded"] = rounded;
            return figures;
        }
        Labels(figures, metrics.Macro, metrics.Micro, metrics.Weighted, metrics.PerClass, labels, detailed, shares);
        if (detailed) figures["confusion_matrix"] = JsonSerializer.SerializeToNode(metrics.ConfusionMatrix, Json);
        return figures;
    }

    private static void Labels(
        JsonObject figures, ClassMetrics macro, ClassMetrics micro, ClassMetrics weighted, IReadOnlyList<ClassMetrics> each, IReadOnlyList<string> labels, bool detailed,
        params (string Name, double Value)[] shares)
    {
        foreach ((string name, double value) in shares) figures[name] = JsonSerializer.SerializeToNode(value, Json);
        figures["macro_f1"] = macro.F1;
        figures["weighted_f1"] = weighted.F1;
        if (!detailed) return;
        figures["macro"] = JsonSerializer.SerializeToNode(macro, Json);
        figures["micro"] = JsonSerializer.SerializeToNode(micro, Json);
        figures["weighted"] = JsonSerializer.SerializeToNode(weighted, Json);
        if (each.Count > 0) figures["per_label"] = new JsonObject(labels.Select((label, i) => KeyValuePair.Create(label, JsonSerializer.SerializeToNode(each[i], Json))));
    }

    private static JsonObject Files(TaskData data) => Files(data.FileHashes);

    /// <summary>Files by the ends of their paths, with the hash of their bytes.</summary>
    public static JsonObject Files(IReadOnlyDictionary<string, string> hashes) =>
        new(hashes.Select(file => KeyValuePair.Create(NameOf(file.Key), (JsonNode?)new JsonObject { ["sha256"] = file.Value })));

    private static string NameOf(string path) => string.Join('/', Path.GetFullPath(path).Split(Path.DirectorySeparatorChar).TakeLast(2));

    private static string VersionOf(Assembly assembly) =>
        assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? assembly.GetName().Version!.ToString();
}
