using System.Text.Json;
using System.Text.Json.Nodes;
using RctOnnx.Train.Settings;
using RctOnnx.Train.Training;

namespace RctOnnx.Train.Answers;

/// <summary>A run of a task of questions in JSON: the record inside the model file and <c>metrics.json</c>.</summary>
internal static class AnswerRecord
{
    /// <summary>What the model file says about how it was made. Paths are given by file name only.</summary>
    public static JsonObject Of(TrainSettings settings, IReadOnlyDictionary<string, string> files, IAnswerTask task, AnswerOutcome outcome) => new()
    {
        ["settings"] = SettingsJson.ToObject(TrainingRecord.Shown(settings)),
        ["data"] = TrainingRecord.Files(files),
        ["train_questions"] = task.QuestionCount,
        ["train_rows"] = task.Lengths.Count,
        ["train_hash"] = task.DataHash,
        ["steps"] = outcome.Steps,
        ["exported_step"] = outcome.ExportedStep,
        ["versions"] = TrainingRecord.Versions(),
        ["metrics"] = Sets(outcome),
    };

    /// <summary>The final figures of a run.</summary>
    public static JsonObject Metrics(TrainSettings settings, IReadOnlyDictionary<string, string> files, IAnswerTask task, AnswerOutcome outcome) => new()
    {
        ["train_questions"] = task.QuestionCount,
        ["sets"] = Sets(outcome),
        ["runtime"] = outcome.Runtime is { } runtime ? JsonSerializer.SerializeToNode(runtime, TrainingRecord.Json) : null,
        ["proof"] = JsonSerializer.SerializeToNode(outcome.Model.Proof, TrainingRecord.Json),
        ["steps"] = outcome.Steps,
        ["exported_step"] = outcome.ExportedStep,
        ["training_seconds"] = outcome.TrainingSeconds,
        ["rows_per_second"] = outcome.RowsPerSecond,
        ["settings"] = SettingsJson.ToObject(settings),
        ["data"] = TrainingRecord.Files(files),
        ["versions"] = TrainingRecord.Versions(),
    };

    private static JsonObject Sets(AnswerOutcome outcome)
    {
        JsonObject sets = [];
        if (outcome.Dev is { } dev) sets["dev"] = new JsonObject { ["trained"] = dev.ToJson() };
        foreach ((string name, AnswerFigures untrained, AnswerFigures trained) in outcome.Tests)
            sets[name] = new JsonObject { ["untrained"] = untrained.ToJson(), ["trained"] = trained.ToJson() };
        return sets;
    }
}
