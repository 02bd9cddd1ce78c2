using System.Text.Json;
using RctOnnx.Onnx;
using RctOnnx.Train.Evaluation;
using RctOnnx.Train.Examples;

namespace RctOnnx.Train.Training;

/// <summary>
/// The answers of the model before training, kept in the run's folder: a resumed run shows them and does not compute them
/// again, which for large test sets takes minutes.
/// </summary>
internal static class UntrainedFigures
{
    private sealed record Answers(string Settings, string Rows, double Loss, float[] Logits);

    /// <summary>What the file holds about these sets, or null where it is missing, broken, or about other settings or rows.</summary>
    public static EvaluationResult[]? Read(string path, string settingsHash, IReadOnlyList<ExampleSet> sets)
    {
        if (!File.Exists(path)) return null;
        Answers[]? kept;
        try
        {
            kept = JsonSerializer.Deserialize<Answers[]>(File.ReadAllBytes(path), TrainingRecord.Json);
        }
        catch (JsonException)
        {
            return null; // computed anew; nothing else depends on the file
        }
        if (kept is null || kept.Any(one => one.Logits is null) || !kept.Select(one => (one.Settings, one.Rows)).SequenceEqual(sets.Select(set => (settingsHash, set.Hash)))) return null;
        return [.. kept.Zip(sets, (one, set) =>
            new EvaluationResult(one.Loss, one.Logits, TaskFigures.Of(set, one.Logits, null)))];
    }

    /// <summary>Keeps the answers to these sets.</summary>
    public static void Write(string path, string settingsHash, IReadOnlyList<ExampleSet> sets, IReadOnlyList<EvaluationResult> results) =>
        AtomicFile.WriteText(path, JsonSerializer.Serialize(
            sets.Zip(results, (set, result) => new Answers(settingsHash, set.Hash, result.Loss, [.. result.Logits])), TrainingRecord.Json) + "\n");
}
