using RctOnnx.Cli.Evaluate;
using RctOnnx.Data;
using RctOnnx.Onnx;
using RctOnnx.Runtime;
using RctOnnx.Runtime.Quantization;

namespace RctOnnx.Cli.Quantize;

/// <summary>What an int8 model is judged by, as <c>evaluate</c> judges it.</summary>
internal static class DevFigures
{
    /// <summary>The figure of a problem over labelled rows.</summary>
    /// <exception cref="DataException">A row has no label, one that the model does not know, or no number.</exception>
    /// <exception cref="SettingsException">The model answers several values.</exception>
    public static DevFigure Of(ModelArtifact model, IReadOnlyList<TextRow> rows)
    {
        Comparison check = Comparison.Of(model.ProblemType, model.Labels, withIntervals: false);
        foreach (TextRow row in rows) check.Check(row);
        return model.ProblemType switch
        {
            ProblemType.MultiLabel => Figure("micro F1", summary => summary.Micro!.F1),
            ProblemType.Regression => Figure("Pearson correlation", summary => summary.Regression!.Pearson),
            ProblemType.Ordinal => Figure("quadratic weighted kappa", summary => summary.QuadraticWeightedKappa!.Value),
            _ => Figure("accuracy", summary => summary.Accuracy!.Value),
        };

        DevFigure Figure(string name, Func<EvaluationSummary, double> value) => new(name, answers =>
        {
            Comparison comparison = Comparison.Of(model.ProblemType, model.Labels, withIntervals: false);
            foreach ((TextRow row, Classification answer) in rows.Zip(answers.Classifications)) comparison.Add(row, answer);
            return value(comparison.Summarise("", "", TimeSpan.FromSeconds(1)));
        });
    }
}
