using System.Globalization;
using System.Text;
using RctOnnx.Data.Metrics;
using RctOnnx.Train.Evaluation;

namespace RctOnnx.Train.Reports;

/// <summary>The page of a report: one file, pictures inside, no script.</summary>
internal static class ReportPage
{
    // The numbers of larger matrices stand in metrics.json; the picture shows them.
    private const int LargestMatrix = 50;

    private const int MostPairs = 10, MostMistakes = 20, LongestText = 300;

    // The policy lets the page load nothing at all, so that it says itself that it needs no network.
    private const string Head = """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
        <style>
        body { font: 1rem/1.5 system-ui, sans-serif; color: #24292f; background: #fff; max-width: 56rem; margin: 0 auto; padding: 1rem; }
        h1 { font-size: 1.5rem; overflow-wrap: anywhere; }
        h2 { font-size: 1.2rem; margin-top: 2.2rem; border-bottom: 1px solid #e5e8eb; overflow-wrap: anywhere; }
        img { max-width: 100%; height: auto; }
        .scroll { overflow-x: auto; }
        table { border-collapse: collapse; font-size: .875rem; font-variant-numeric: tabular-nums; }
        th, td { padding: .25rem .6rem; border-bottom: 1px solid #e5e8eb; text-align: right; white-space: nowrap; }
        th[scope=row], thead th:first-child, .text th, .text td { text-align: left; }
        th[scope=row] { font-weight: 500; }
        .text td { white-space: normal; overflow-wrap: anywhere; }
        summary { cursor: pointer; margin: .6rem 0; }
        </style>
        """;

    /// <summary>The whole page.</summary>
    public static string Of(RunReportData data, IReadOnlyList<ReportPicture> pictures)
    {
        StringBuilder html = new(Head);
        html.Append($"\n<title>{HtmlTable.Escape(data.Title)}</title>\n</head>\n<body>\n<h1>{HtmlTable.Escape(data.Title)}</h1>\n");
        if (data.Sets.Count > 0) html.Append(Overview(data));
        foreach (MultiLabelComparison set in data.MultiLabelSets) html.Append(MultiLabelTable(data.Labels, set));
        if (data.RegressionSets.Count > 0) html.Append(RegressionOverview(data));
        foreach (ReportPicture picture in pictures)
            html.Append($"<h2>{HtmlTable.Escape(picture.Title)}</h2>\n<img alt=\"{HtmlTable.Escape(picture.Title)}: the numbers stand in the tables of this page\" src=\"data:image/png;base64,{Convert.ToBase64String(picture.Png)}\">\n");
        foreach (SetComparison set in data.Sets) html.Append(Details(data.Labels, set));
        foreach (SetDetails set in data.Details) html.Append(Analysis(data.Labels, set));
        html.Append(HtmlTable.Of("Proof of the exported file", data.Proof));
        html.Append(HtmlTable.Of("Time and memory", data.Timing));
        if (data.Sources.Count > 0)
        {
            html.Append("<h2>Data</h2>\n");
            html.Append(HtmlTable.Of(["use", "file", "rows", "SHA-256"],
                data.Sources.Select(source => new[] { source.Use, source.Name, source.RowCount is { } rows ? Number(rows) : "", source.Sha256 }), isText: true));
        }
        html.Append(HtmlTable.Of("Settings", data.Settings));
        html.Append(HtmlTable.Of("Versions", data.Versions));
        return html.Append("</body>\n</html>\n").ToString();
    }

    private static string Overview(RunReportData data) => HtmlTable.Of(
        ["set", "rows", "accuracy before", "accuracy after", "macro F1 before", "macro F1 after", "weighted F1 after", "kappa after"],
        data.Sets.Select(set => new[]
        {
            set.Name, Number(set.Trained.Count), Share(set.Untrained?.Accuracy), Share(set.Trained.Accuracy), Share(set.Untrained?.Macro.F1),
            Share(set.Trained.Macro.F1), Share(set.Trained.Weighted.F1), Plain(set.Trained.Kappa),
        }));

    private static string MultiLabelTable(IReadOnlyList<string> labels, MultiLabelComparison set) => HtmlTable.Of(
        [set.Name, "precision", "recall", "F1", "F1 before", "rows"],
        labels.Select((label, i) => (label, set.Trained.PerLabel[i], set.Untrained?.PerLabel[i]))
            .Append(("macro mean", set.Trained.Macro, set.Untrained?.Macro)).Append(("micro mean", set.Trained.Micro, set.Untrained?.Micro)).Append(("weighted mean", set.Trained.Weighted, set.Untrained?.Weighted))
            .Select(line => new[] { line.Item1, Share(line.Item2.Precision), Share(line.Item2.Recall), Share(line.Item2.F1), Share(line.Item3?.F1), Number(line.Item2.Support) })
            .Append(["all labels right", Share(set.Trained.ExactMatch), "", "", "", Number(set.Trained.Count)]));

    private static string RegressionOverview(RunReportData data) => HtmlTable.Of(
        ["set", "", "rows", "mean squared error", "mean absolute error", "R²", "Pearson", "Spearman"],
        data.RegressionSets.SelectMany(set => new[] { (set.Name, When: "before", Metrics: set.Untrained), (set.Name, When: "after", Metrics: (RegressionMetrics?)set.Trained) })
            .Where(line => line.Metrics is not null)
            .Select(line => new[]
            {
                line.Name, line.When, Number(line.Metrics!.Count), Plain(line.Metrics.MeanSquaredError), Plain(line.Metrics.MeanAbsoluteError),
                Plain(line.Metrics.R2), Plain(line.Metrics.Pearson), Plain(line.Metrics.Spearman),
            }));

    private static string Details(IReadOnlyList<string> labels, SetComparison set)
    {
        ClassificationMetrics trained = set.Trained;
        IEnumerable<string[]> rows = labels.Select((label, i) => Row($"{i}", label, trained.PerClass[i], set.Untrained?.PerClass[i]))
            .Append(Row("", "macro mean", trained.Macro, set.Untrained?.Macro))
            .Append(Row("", "micro mean", trained.Micro, set.Untrained?.Micro))
            .Append(Row("", "weighted mean", trained.Weighted, set.Untrained?.Weighted));
        string html = $"<h2>{HtmlTable.Escape(set.Name)}</h2>\n"
            + HtmlTable.Of(["label", "number", "precision", "recall", "F1", "F1 before", "rows"], rows);
        if (labels.Count > LargestMatrix) return html;
        return html + "<details><summary>Confusion matrix: rows are the true label, columns the answer</summary>\n"
            + HtmlTable.Of(["", .. labels], labels.Select((label, i) => trained.ConfusionMatrix[i].Select(Number).Prepend(label)))
            + "</details>\n";

        static string[] Row(string number, string name, ClassMetrics after, ClassMetrics? before) =>
            [name, number, Share(after.Precision), Share(after.Recall), Share(after.F1), Share(before?.F1), Number(after.Support)];
    }

    private static string Analysis(IReadOnlyList<string> labels, SetDetails set)
    {
        SetAnalysis analysis = set.Analysis;
        string name = HtmlTable.Escape(set.Name);
        string html = $"<h2>{name}: where it errs</h2>\n" + HtmlTable.Of([],
            [
                ["accuracy, 95 % interval", $"{Share(analysis.Accuracy.Lower)} to {Share(analysis.Accuracy.Upper)}"],
                ["macro F1, 95 % interval", $"{Share(analysis.MacroF1.Lower)} to {Share(analysis.MacroF1.Upper)}"],
                ["expected calibration error of the file", Share(analysis.Calibrated.ExpectedCalibrationError)],
                ["without its temperature", Share(analysis.Plain.ExpectedCalibrationError)],
            ], isText: true);
        html += HtmlTable.Of(["tokens", "texts", "accuracy"], analysis.Lengths.Select(one => new[] { $"{one.From} to {one.To}", Number(one.Count), Share(one.Accuracy) }));
        if (analysis.Mistakes.Count == 0) return html;
        html += HtmlTable.Of(["taken for one another", "texts"], analysis.Mistakes.GroupBy(one => (one.Truth, one.Answer)).OrderByDescending(pair => pair.Count()).Take(MostPairs)
            .Select(pair => new[] { $"{labels[pair.Key.Truth]} taken for {labels[pair.Key.Answer]}", Number(pair.Count()) }));
        return html + $"<details><summary>The {Math.Min(MostMistakes, analysis.Mistakes.Count)} surest mistakes; all stand in {RunReport.MistakesFile}</summary>\n"
            + HtmlTable.Of(["row", "label", "answer", "probability", "text"], analysis.Mistakes.Take(MostMistakes).Select(one => new[]
            {
                Number(one.Row), labels[one.Truth], labels[one.Answer], Share(one.Probability), Shortened(one.Pair is null ? one.Text : $"{one.Text} | {one.Pair}"),
            }), isText: true) + "</details>\n";
    }

    private static string Shortened(string text) => text.Length <= LongestText ? text : text[..(char.IsHighSurrogate(text[LongestText - 1]) ? LongestText - 1 : LongestText)] + "…";

    private static string Share(double? value) => value is { } number && double.IsFinite(number) ? number.ToString("P2", CultureInfo.InvariantCulture) : "–";

    private static string Plain(double value) => double.IsFinite(value) ? value.ToString("G4", CultureInfo.InvariantCulture) : "–";

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
