using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using RctOnnx.Onnx;
using RctOnnx.Train.Settings;

namespace RctOnnx.Train.MultiTask;

/// <summary>What a run over several tasks trains: settings of <c>train</c> for all, and for each task its data and what belongs to its head. Immutable.</summary>
public sealed record MultiTaskPlan
{
    private const string WeightName = "weight";

    // Folders of a run, where every task's report has one of its name.
    private static readonly string[] ReservedNames = ["last", "best", "tensorboard"];

    // What may differ from task to task; everything else belongs to the encoder, the loop or the file, of which there is one.
    private static readonly string[] OwnNames = [.. new[]
    {
        nameof(TrainSettings.Train), nameof(TrainSettings.Dev), nameof(TrainSettings.Test), nameof(TrainSettings.DataFormat), nameof(TrainSettings.TextColumn), nameof(TrainSettings.LabelColumn),
        nameof(TrainSettings.LabelColumns), nameof(TrainSettings.Problem), nameof(TrainSettings.PairColumn), nameof(TrainSettings.GroupColumn), nameof(TrainSettings.Labels), nameof(TrainSettings.DevShare),
        nameof(TrainSettings.TestShare), nameof(TrainSettings.Head), nameof(TrainSettings.Hidden), nameof(TrainSettings.Pooling), nameof(TrainSettings.HeadDropout), nameof(TrainSettings.NewHead), nameof(TrainSettings.LabelSmoothing),
        nameof(TrainSettings.ClassWeights), nameof(TrainSettings.ClassWeightFile), nameof(TrainSettings.ClassBalanceBeta), nameof(TrainSettings.FocalGamma), nameof(TrainSettings.Calibrate),
        nameof(TrainSettings.Oversample), nameof(TrainSettings.BestMetric), nameof(TrainSettings.NumberMasking),
    }.Select(JsonNamingPolicy.SnakeCaseLower.ConvertName)];

    /// <summary>Of <c>train</c>, for all tasks.</summary>
    public JsonObject Settings { get; init; } = [];

    /// <summary>By name: settings that are a task's own, and its <c>weight</c> in the loss (1 where not given).</summary>
    public Dictionary<string, JsonObject> Tasks { get; init; } = [];

    /// <summary>How often each task gives a batch.</summary>
    public TaskSampling Sampling { get; init; } = TaskSampling.Size;

    /// <summary>T of <see cref="TaskSampling.Temperature"/>.</summary>
    public double Temperature { get; init; } = 2;

    /// <summary>Reads a plan.</summary>
    /// <exception cref="SettingsException">The file is missing or no plan; names the member.</exception>
    public static MultiTaskPlan Read(string path)
    {
        try
        {
            MultiTaskPlan plan = SettingsJson.ReadObject(path).Deserialize<MultiTaskPlan>(SettingsJson.Options)!;
            plan.Validate();
            return plan;
        }
        catch (JsonException e)
        {
            throw new SettingsException($"The plan '{path}' cannot be read at '{e.Path}': {e.Message} Known members are settings, tasks, sampling and temperature.", e);
        }
    }

    /// <summary>The plan as text that <see cref="Read"/> takes.</summary>
    public string ToText() => JsonSerializer.Serialize(this, SettingsJson.Options) + "\n";

    /// <summary>Every task with its whole settings.</summary>
    /// <param name="output">Folder of the run.</param>
    /// <exception cref="SettingsException">The settings of a task cannot be used; names the task.</exception>
    public IReadOnlyList<PlannedTask> Of(string output) =>
        [.. Tasks.Select(task => new PlannedTask(task.Key, Checked(task.Key, task.Value, output), WeightOf(task.Value)))];

    /// <summary>SHA-256 over all that decides about the numbers of a run.</summary>
    public string Hash(string output) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n',
        [$"{Sampling} {Temperature:R}", .. Of(output).Select(task => $"{task.Name} {task.Weight:R} {SettingsJson.Hash(task.Settings)}")]))));

    private TrainSettings Checked(string name, JsonObject own, string output)
    {
        JsonObject values = [];
        foreach ((string key, JsonNode? value) in Settings.Concat(own.Where(pair => pair.Key != WeightName))) values[key] = value?.DeepClone();
        values["output"] = output;
        try
        {
            TrainSettings settings = SettingsJson.Parse(values);
            settings.Validate();
            List<string> faults = [];
            if (settings.Documents) faults.Add("documents: heads of several tasks read one vector a text; train a document model alone");
            if (settings.Teacher is not null) faults.Add("teacher: it answers one task; train with it alone, and take the model as the base");
            if (settings.Encoders != EncoderChoice.One) faults.Add("encoders: several tasks read their texts by one encoder");
            if (AnswerFaults.IsAnswerTask(settings.Problem)) faults.Add($"problem {settings.Problem}: it has no labels or values of texts; train it alone");
            if (settings.Folds is not null) faults.Add("folds: give each task its files or shares");
            return faults.Count == 0 ? settings : throw new SettingsException($"The settings cannot be used with several tasks: {string.Join("; ", faults)}.");
        }
        catch (SettingsException e)
        {
            throw new SettingsException($"The task '{name}' of the plan: {e.Message}", e);
        }
    }

    private void Validate()
    {
        List<string> faults = [];
        if (Tasks.Count < 2) faults.Add($"{Tasks.Count} tasks, expected two at least; one task is trained by 'rctonnx-train train'");
        if (!(Temperature > 0 && double.IsFinite(Temperature))) faults.Add($"temperature is {Temperature}, expected a positive number");
        if (Settings.ContainsKey("output")) faults.Add("'output' is given on the command line: leave it out of settings");
        foreach ((string name, JsonObject own) in Tasks)
        {
            if (own is null)
            {
                faults.Add($"the task '{name}' is null, expected an object of its settings");
                continue;
            }
            if (ReservedNames.Contains(name, StringComparer.OrdinalIgnoreCase)) faults.Add($"a task with the name '{name}', which a folder of the run has: take another name");
            if (!TaskViews.IsName(name)) faults.Add($"a task with the name '{name}', expected letters, digits, '-' and '_'");
            if (!(WeightOf(own) > 0 && double.IsFinite(WeightOf(own)))) faults.Add($"weight of the task '{name}' is {own[WeightName]?.ToJsonString() ?? "null"}, expected a positive number");
            foreach (string key in own.Select(pair => pair.Key).Where(key => key != WeightName && !OwnNames.Contains(key)))
                faults.Add($"'{key}' of the task '{name}': there is one for all tasks, put it into settings (a task's own are {WeightName}, {string.Join(", ", OwnNames)})");
        }
        faults.AddRange(Tasks.Keys.GroupBy(name => name, StringComparer.OrdinalIgnoreCase).Where(group => group.Count() > 1).Select(group => $"the tasks {string.Join(", ", group)} differ in upper and lower case alone: their reports would share a folder"));
        if (faults.Count > 0) throw new SettingsException($"The plan cannot be used: {string.Join("; ", faults)}.");
    }

    private static double WeightOf(JsonObject task) => !task.ContainsKey(WeightName) ? 1
        : task[WeightName] is JsonValue value && value.GetValueKind() == JsonValueKind.Number ? value.GetValue<double>() : double.NaN;
}
