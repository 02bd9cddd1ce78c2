using System.Globalization;
using System.Text;
using RctOnnx.Data.Metrics;
using RctOnnx.Train.Evaluation;

namespace RctOnnx.Train.Reports;

/// <summary>What a user of an exported file should know of it, as Markdown (model cards, Mitchell et al. 2019). What only people know is left open to be written.</summary>
internal static class ModelCard
{
    /// <summary>The card.</summary>
    /// <param name="data">The run.</param>
    /// <param name="sha256">Of the file.</param>
    public static string Of(RunReportData data, string sha256)
    {
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"# {CardText.Cell(data.Title)}\n\n`model.onnx`, SHA-256 `{sha256}`\n\n");
        text.Append("## Intended use\n\nTo be written: for which texts and by whom the file shall be used, and for what not.\n\n");
        if (data.Labels.Count > 0) text.Append("Labels: ").AppendJoin(", ", data.Labels.Select(CardText.Cell)).Append(".\n\n");
        text.Append("## Data\n\nTo be written: where the texts come from, their terms, and what they leave out.\n\n");
        CardText.Table(text, ["use", "file", "rows", "SHA-256"], data.Sources.Select(source => new[] { source.Use, Path.GetFileName(source.Name), source.RowCount?.ToString("N0", CultureInfo.InvariantCulture) ?? "", source.Sha256 }));
        text.Append("## Results\n\n");
        foreach (SetComparison set in data.Sets) Classes(text, data, set);
        foreach (MultiLabelComparison set in data.MultiLabelSets)
            CardText.Table(text, [set.Name, "micro F1", "macro F1", "all labels right"], [["", Share(set.Trained.Micro.F1), Share(set.Trained.Macro.F1), Share(set.Trained.ExactMatch)]]);
        CardText.Table(text, ["set", "mean absolute error", "Pearson", "R²"], data.RegressionSets.Select(set => new[] { set.Name, Plain(set.Trained.MeanAbsoluteError), Plain(set.Trained.Pearson), Plain(set.Trained.R2) }));
        text.Append("## Limits\n\nFigures hold for texts like those of the test sets alone. To be written: what is known to go wrong");
        text.Append(data.Details.Count > 0 ? "; `mistakes.tsv` beside this card has every wrong answer.\n\n" : ".\n\n");
        text.Append("## Training\n\n");
        CardText.Table(text, ["setting", "value"], data.CardSettings.Where(setting => setting.Value.Length > 0).Select(setting => new[] { setting.Name, setting.Value }));
        CardText.Table(text, ["", ""], data.Timing.Concat(data.Proof).Concat(data.Versions).Select(line => new[] { line.Name, line.Value }));
        return text.ToString();
    }

    private static void Classes(StringBuilder text, RunReportData data, SetComparison set)
    {
        ClassificationMetrics metrics = set.Trained;
        SetAnalysis? analysis = data.Details.FirstOrDefault(one => one.Name == set.Name)?.Analysis;
        text.Append(CultureInfo.InvariantCulture, $"### {CardText.Cell(set.Name)}, {metrics.Count:N0} texts\n\n");
        CardText.Table(text, ["figure", "value", "95 % interval"],
        [
            ["accuracy", Share(metrics.Accuracy), Interval(analysis?.Accuracy)], ["macro F1", Share(metrics.Macro.F1), Interval(analysis?.MacroF1)],
            ["weighted F1", Share(metrics.Weighted.F1), ""], ["expected calibration error", analysis is null ? "" : Share(analysis.Calibrated.ExpectedCalibrationError), ""],
        ]);
        CardText.Table(text, ["label", "precision", "recall", "F1", "texts"], data.Labels.Select((label, i) => new[]
        {
            label, Share(metrics.PerClass[i].Precision), Share(metrics.PerClass[i].Recall), Share(metrics.PerClass[i].F1), metrics.PerClass[i].Support.ToString("N0", CultureInfo.InvariantCulture),
        }));
        CardText.Table(text, ["true label \\ answer", .. data.Labels], data.Labels.Select((label, i) => metrics.ConfusionMatrix[i].Select(count => count.ToString("N0", CultureInfo.InvariantCulture)).Prepend(label)));
    }

    private static string Interval(ConfidenceInterval? interval) => interval is null ? "" : $"{Share(interval.Lower)} to {Share(interval.Upper)}";

    private static string Share(double value) => double.IsFinite(value) ? value.ToString("P2", CultureInfo.InvariantCulture) : "–";

    private static string Plain(double value) => double.IsFinite(value) ? value.ToString("G4", CultureInfo.InvariantCulture) : "–";
}
