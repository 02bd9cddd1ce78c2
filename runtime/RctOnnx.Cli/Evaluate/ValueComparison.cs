using RctOnnx.Data;
using RctOnnx.Data.Metrics;
using RctOnnx.Runtime;

namespace RctOnnx.Cli.Evaluate;

/// <summary>Models that answer one value a text.</summary>
internal sealed class ValueComparison : Comparison
{
    private readonly List<double> _truth = [], _predicted = [];

    /// <exception cref="SettingsException">The model answers several values.</exception>
    public ValueComparison(IReadOnlyList<string> names)
    {
        if (names.Count != 1) throw new SettingsException($"The model answers {names.Count} values a text ({string.Join(", ", names)}); this verb compares one.");
    }

    public override void Check(TextRow row) => RowValue.Of(row);

    public override EvaluationSummary Summarise(string model, string data, TimeSpan elapsed) => new()
    {
        Model = model,
        Data = data,
        Count = _truth.Count,
        Regression = RegressionMetrics.Compute(_truth, _predicted),
        Rounded = ClassificationMetrics.OfRounded(_truth, _predicted),
        Seconds = elapsed.TotalSeconds,
        SentencesPerSecond = _truth.Count / elapsed.TotalSeconds,
        TokensPerSecond = TokenCount / elapsed.TotalSeconds,
        Truncated = TruncatedCount,
    };

    protected override void Compare(TextRow row, Classification answer)
    {
        _truth.Add(RowValue.Of(row));
        _predicted.Add(answer.Score);
    }
}
