using RctOnnx.Data;
using RctOnnx.Data.Metrics;
using RctOnnx.Runtime;

namespace RctOnnx.Cli.Evaluate;

/// <summary>Models that name any number of labels a text.</summary>
internal sealed class MultiLabelComparison(IReadOnlyList<string> names) : Comparison
{
    private readonly LabelSet _labels = new(names);
    private readonly List<bool> _truth = [], _predicted = [];

    public override void Check(TextRow row) => _labels.FlagsOf(row);

    public override EvaluationSummary Summarise(string model, string data, TimeSpan elapsed)
    {
        MultiLabelMetrics metrics = MultiLabelMetrics.Compute(_truth, _predicted, names.Count);
        return new EvaluationSummary
        {
            Model = model,
            Data = data,
            Count = metrics.Count,
            ExactMatch = metrics.ExactMatch,
            HammingLoss = metrics.HammingLoss,
            MacroF1 = metrics.Macro.F1,
            Macro = metrics.Macro,
            Micro = metrics.Micro,
            Weighted = metrics.Weighted,
            PerLabel = names.Zip(metrics.PerLabel).ToDictionary(pair => pair.First, pair => pair.Second),
            Seconds = elapsed.TotalSeconds,
            SentencesPerSecond = metrics.Count / elapsed.TotalSeconds,
            TokensPerSecond = TokenCount / elapsed.TotalSeconds,
            Truncated = TruncatedCount,
        };
    }

    protected override void Compare(TextRow row, Classification answer)
    {
        _truth.AddRange(_labels.FlagsOf(row).Select(flag => flag == 1));
        _predicted.AddRange(names.Select(answer.Labels.Contains));
    }
}
