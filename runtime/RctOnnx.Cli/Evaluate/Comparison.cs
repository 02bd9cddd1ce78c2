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
    /// <param name="problem">Of the model.</param>
    /// <param name="labels">Of the model.</param>
    /// <param name="withIntervals">Whether accuracy and macro F1 come with intervals.</param>
    /// <exception cref="SettingsException">The model answers several values, or intervals are wanted of one that does not name one label a text.</exception>
    public static Comparison Of(ProblemType problem, IReadOnlyList<string> labels, bool withIntervals) => problem switch
    {
        ProblemType.Regression or ProblemType.MultiLabel when withIntervals => throw new SettingsException($"--intervals is for models that name one label a text; this one is for {problem}. Leave it out."),
        ProblemType.Regression => new ValueComparison(labels),
        ProblemType.MultiLabel => new MultiLabelComparison(labels),
        _ => new LabelComparison(labels, withIntervals),
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
