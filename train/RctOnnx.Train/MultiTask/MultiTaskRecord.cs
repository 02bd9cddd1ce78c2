using System.Text.Json;
using System.Text.Json.Nodes;
using RctOnnx.Train.Training;

namespace RctOnnx.Train.MultiTask;

/// <summary>What a run over several tasks leaves for programs. Pure.</summary>
internal static class MultiTaskRecord
{
    /// <summary>How the model came to be, for the file: the sampling, and the record of every task.</summary>
    public static JsonObject Of(MultiTaskPlan plan, IReadOnlyList<TaskMaterial> all, IReadOnlyList<TaskOutcome> outcomes) => new()
    {
        ["sampling"] = JsonNamingPolicy.SnakeCaseLower.ConvertName(plan.Sampling.ToString()),
        ["temperature"] = plan.Temperature,
        ["tasks"] = new JsonObject(all.Zip(outcomes, (one, outcome) =>
        {
            JsonObject record = TrainingRecord.Of(one.Settings, one.Data, one.Train, outcome.Outcome);
            record["weight"] = one.Task.Weight;
            return KeyValuePair.Create(one.Task.Name, (JsonNode?)record);
        })),
    };

    /// <summary>The plan and the figures of every task, for <see cref="RunFolder.Metrics"/>.</summary>
    public static JsonObject Metrics(MultiTaskPlan plan, IReadOnlyList<TaskMaterial> all, IReadOnlyList<TaskOutcome> outcomes) => new()
    {
        ["plan"] = JsonNode.Parse(plan.ToText()),
        ["tasks"] = new JsonObject(all.Zip(outcomes, (one, outcome) => KeyValuePair.Create(one.Task.Name, (JsonNode?)TrainingRecord.Metrics(one.Settings, one.Data, outcome.Outcome)))),
    };
}
