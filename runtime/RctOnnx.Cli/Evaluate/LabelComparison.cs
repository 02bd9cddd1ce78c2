using RctOnnx.Data;
using RctOnnx.Data.Metrics;
using RctOnnx.Runtime;

namespace RctOnnx.Cli.Evaluate;

/// <summary>Models that name one label a text.</summary>
internal sealed class LabelComparison(IReadOnlyList<string> names, bool withIntervals) : Comparison
{
    private readonly LabelSet _labels = new(names);
    private readonly Dictionary<string, int> _indices = names.Select((name, i) => KeyValuePair.Create(name, i)).ToDictionary();
    private readonly CalibrationCounter _calibration = new();
    private readonly List<int> _truth = [], _predicted = [];

    public override void Check(TextRow row) => _labels.IndexOf(row);

    public override EvaluationSummary Summarise(string model, string data, TimeSpan elapsed)
    {
        ClassificationMetrics metrics = ClassificationMetrics.Compute(_truth, _predicted, names.Count);
        return new EvaluationSummary
        {
            Model = model,
            Data = data,
            Count = metrics.Count,
            Accuracy = metrics.Accuracy,
            QuadraticWeightedKappa = metrics.QuadraticWeightedKappa,
            ExpectedCalibrationError = _calibration.Result()?.ExpectedCalibrationError,
            MacroF1 = metrics.Macro.F1,
            AccuracyInterval = Interval(one => one.Accuracy),
            MacroF1Interval = Interval(one => one.Macro.F1),
            Macro = metrics.Macro,
            Micro = metrics.Micro,
            Weighted = metrics.Weighted,
            PerLabel = names.Zip(metrics.PerClass).ToDictionary(pair => pair.First, pair => pair.Second),
            ConfusionMatrix = metrics.ConfusionMatrix,
            Seconds = elapsed.TotalSeconds,
            SentencesPerSecond = metrics.Count / elapsed.TotalSeconds,
            TokensPerSecond = TokenCount / elapsed.TotalSeconds,
            Truncated = TruncatedCount,
        };
    }

    private ConfidenceInterval? Interval(Func<ClassificationMetrics, double> figure) =>
        withIntervals && _truth.Count > 0 ? ConfidenceInterval.Bootstrap(_truth, _predicted, names.Count, figure) : null;

    protected override void Compare(TextRow row, Classification answer)
    {
        int truth = _labels.IndexOf(row);
        _truth.Add(truth);
        _predicted.Add(_indices[answer.Label]);
        _calibration.Add(answer.Scores[0].Score, answer.Label == names[truth], answer.Scores.First(one => one.Label == names[truth]).Score);
    }
}
