using RctOnnx.Data;
using RctOnnx.Onnx;
using RctOnnx.Runtime;

namespace RctOnnx.Cli.Evaluate;

/// <summary>Collects answers beside the truth.</summary>
internal abstract class Comparison
{
    /// <summary>Tokens of all texts, special tokens included, as far as the model saw them.</summary>
    protected long TokenCount { get; private set; }

    /// <summary>Texts that were cut.</summary>
    protected long TruncatedCount { get; private set; }

    /// <summary>The comparison for a problem.</summary>
    /// <exception cref="SettingsException">The model answers several values.</exception>
    public static Comparison Of(ProblemType problem, IReadOnlyList<string> labels) => problem switch
    {
        ProblemType.Regression => new ValueComparison(labels),
        ProblemType.MultiLabel => new MultiLabelComparison(labels),
        _ => new LabelComparison(labels),
    };

    /// <summary>Refuses a row whose truth cannot be compared, before the model is asked.</summary>
    /// <exception cref="DataException">There is no label, one that the model does not know, or no number.</exception>
    public abstract void Check(TextRow row);

    /// <summary>Adds an answer.</summary>
    public void Add(TextRow row, Classification answer)
    {
        TokenCount += answer.UsedTokenCount;
        if (answer.Truncated) TruncatedCount++;
        Compare(row, answer);
    }

    /// <summary>The figures over all rows.</summary>
    public abstract EvaluationSummary Summarise(string model, string data, TimeSpan elapsed);

    protected abstract void Compare(TextRow row, Classification answer);
}
