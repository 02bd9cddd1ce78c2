using System.Globalization;
using System.Text.Json.Nodes;
using RctOnnx.Onnx;
using RctOnnx.Train.Evaluation;
using RctOnnx.Train.Examples;
using RctOnnx.Train.Reports;
using RctOnnx.Train.Settings;

namespace RctOnnx.Train.Training;

/// <summary>A run as its report tells it.</summary>
internal static class TrainingReport
{
    /// <summary>What <see cref="RunReport"/> draws and writes.</summary>
    public static RunReportData Of(TrainSettings settings, TaskData data, ExampleSet train, TrainingOutcome outcome, string modelSha256) => new()
    {
        Title = $"Training run {Path.GetFileName(Path.GetFullPath(settings.Output).TrimEnd(Path.DirectorySeparatorChar))}",
        Labels = outcome.Model.Labels,
        Sets = settings.Problem is ProblemType.SingleLabel or ProblemType.Ordinal
            ? [.. All(outcome).Select(set => new SetComparison(set.Name, set.Untrained?.Metrics, set.Trained.Metrics))] : [],
        MultiLabelSets = settings.Problem == ProblemType.MultiLabel
            ? [.. All(outcome).Select(set => new MultiLabelComparison(set.Name, set.Untrained?.Figures.Sets, set.Trained.Figures.Sets!))] : [],
        RegressionSets = settings.Problem == ProblemType.Regression
            ? [.. All(outcome).Select(set => new RegressionComparison(set.Name, set.Untrained?.Figures.Values, set.Trained.Figures.Values!))] : [],
        Details =
        [
            .. outcome.Tests.Where(test => test.Analysis is not null).Select(test => new SetDetails(test.Name, test.Analysis!)),
            .. outcome.DevAnalysis is { } dev ? [new SetDetails("dev", dev)] : Array.Empty<SetDetails>(),
        ],
        Temperature = outcome.Model.Calibration.Temperature,
        ModelSha256 = modelSha256,
        CardSettings = [.. SettingsJson.ToObject(TrainingRecord.Shown(settings)).Select(pair => new NamedValue(pair.Key, TextOf(pair.Value)))],
        Curve = [.. outcome.Log.Select(Point)],
        Settings = [.. SettingsJson.ToObject(settings).Select(pair => new NamedValue(pair.Key, TextOf(pair.Value)))],
        Sources = [.. data.FileHashes.Select(file => new DataSource(UseOf(settings, file.Key), file.Key, RowsOf(settings, file.Key, train, outcome), file.Value))],
        Timing =
        [
            Line("steps", $"{outcome.Steps:N0}"),
            Line("weights exported from step", $"{outcome.ExportedStep:N0}"),
            Line("time in training", $"{outcome.TrainingSeconds:N0} s"),
            Line("speed of training", $"{outcome.SentencesPerSecond:N0} sentences/s"),
            Line("largest memory", $"{outcome.PeakMemory / 1e9:F2} GB"),
        ],
        Proof = outcome.Model.Proof is { } proof ? [.. ProofOf(proof, outcome.Runtime)] : [],
        Versions = [.. TrainingRecord.Versions().Select(pair => new NamedValue(pair.Key, TextOf(pair.Value)))],
    };

    private static IEnumerable<(string Name, EvaluationResult? Untrained, EvaluationResult Trained)> All(TrainingOutcome outcome) =>
    [
        .. outcome.Tests.Select(test => (test.Name, (EvaluationResult?)test.Untrained, test.Trained)),
        .. outcome.Dev is { } dev ? [("dev", null, dev)] : Array.Empty<(string, EvaluationResult?, EvaluationResult)>(),
    ];

    private static CurvePoint Point(RunLogEntry entry) => entry.Kind == "train"
        ? new CurvePoint(entry.Step, entry.Epoch, entry.Loss, null, null, entry.LearningRate)
        : new CurvePoint(entry.Step, entry.Epoch, null, entry.Loss, entry.Accuracy, null);

    private static IEnumerable<NamedValue> ProofOf(Proof proof, RuntimeAgreement? runtime)
    {
        yield return Line("largest difference of a logit", $"{proof.LargestDifference:E1} (allowed {proof.Tolerance:E1})");
        yield return Line("same answer as TorchSharp", $"{proof.LabelAgreement:P2} of {proof.TextCount:N0} texts and {proof.PairCount:N0} pairs");
        if (runtime is not null) yield return Line("same answer on the test rows", $"{runtime.Agreed:N0} of {runtime.Compared:N0}");
    }

    private static string UseOf(TrainSettings settings, string file)
    {
        List<string> uses = [];
        if (settings.Train.Contains(file))
        {
            uses.Add("train");
            if (settings.DevShare > 0) uses.Add("dev");
            if (settings.TestShare > 0) uses.Add("test");
        }
        if (settings.Dev == file) uses.Add("dev");
        if (settings.Test.Contains(file)) uses.Add("test");
        return string.Join(", ", uses);
    }

    // Only a file that is a set of its own has the set's rows.
    private static long? RowsOf(TrainSettings settings, string file, ExampleSet train, TrainingOutcome outcome)
    {
        if (UseOf(settings, file).Contains(',', StringComparison.Ordinal)) return null;
        if (settings.Dev == file) return outcome.Dev is { } dev ? dev.Logits.Count / outcome.Model.Labels.Count : null;
        for (int i = 0; i < settings.Test.Count; i++)
            if (settings.Test[i] == file) return outcome.Tests[i].Trained.Logits.Count / outcome.Model.Labels.Count;
        return settings.Train.Count == 1 ? train.Tokens.RowCount : null;
    }

    private static NamedValue Line(string name, FormattableString value) => new(name, value.ToString(CultureInfo.InvariantCulture));

    private static string TextOf(JsonNode? value) => value switch
    {
        null => "none",
        JsonArray array => string.Join(", ", array.Select(TextOf)),
        _ => value.ToString(),
    };
}
