using System.Globalization;
using RctOnnx.Data.Metrics;
using Spectre.Console;

namespace RctOnnx.Cli.Evaluate;

/// <summary>What an evaluation found. Figures that the kind of model does not have are null.</summary>
internal sealed record EvaluationSummary
{
    public required string Model { get; init; }

    public required string Data { get; init; }

    public required long Count { get; init; }

    public double? Accuracy { get; init; }

    /// <summary>Share of texts whose labels are all right, for models of several labels.</summary>
    public double? ExactMatch { get; init; }

    /// <summary>Share of wrong decisions, for models of several labels.</summary>
    public double? HammingLoss { get; init; }

    /// <summary>Kappa with quadratic weights; says something where the labels are ordered.</summary>
    public double? QuadraticWeightedKappa { get; init; }

    /// <summary>Mean distance between the probability of an answer and the share of right ones, over 15 bins.</summary>
    public double? ExpectedCalibrationError { get; init; }

    public double? MacroF1 { get; init; }

    /// <summary>Where the accuracy lies with 95 % probability for other texts of the kind; null unless asked for.</summary>
    public ConfidenceInterval? AccuracyInterval { get; init; }

    /// <summary>The same of <see cref="MacroF1"/>.</summary>
    public ConfidenceInterval? MacroF1Interval { get; init; }

    public ClassMetrics? Macro { get; init; }

    public ClassMetrics? Micro { get; init; }

    public ClassMetrics? Weighted { get; init; }

    public IReadOnlyDictionary<string, ClassMetrics>? PerLabel { get; init; }

    /// <summary>Rows are the true label, columns the answer, both in the order of <see cref="PerLabel"/>.</summary>
    public IReadOnlyList<IReadOnlyList<long>>? ConfusionMatrix { get; init; }

    public RegressionMetrics? Regression { get; init; }

    /// <summary>The values rounded to whole numbers, where the data has only those.</summary>
    public ClassificationMetrics? Rounded { get; init; }

    public required double Seconds { get; init; }

    public required double SentencesPerSecond { get; init; }

    public required double TokensPerSecond { get; init; }

    public required long Truncated { get; init; }

    /// <summary>For people.</summary>
    public void WriteTable(TextWriter output)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) });
        console.Profile.Width = Math.Max(console.Profile.Width, 100); // piped output has no width of its own
        if (PerLabel is not null) WriteLabels(console, PerLabel);
        if (Regression is { } values)
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"Pearson {values.Pearson:F4}, Spearman {values.Spearman:F4}, R2 {values.R2:F4}, mean squared error {values.MeanSquaredError:F4}, mean absolute error {values.MeanAbsoluteError:F4}"));
        if (Rounded is { } rounded)
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"rounded: quadratic weighted kappa {rounded.QuadraticWeightedKappa:F4}, accuracy {rounded.Accuracy:P2}, macro F1 {rounded.Macro.F1:P2}, weighted F1 {rounded.Weighted.F1:P2}"));
        if (Accuracy is not null) output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"accuracy {Accuracy:P2}{Text(AccuracyInterval)}, macro F1 {MacroF1:P2}{Text(MacroF1Interval)}, quadratic weighted kappa {QuadraticWeightedKappa:F4}, calibration error {ExpectedCalibrationError:P2}"));
        if (ExactMatch is not null) output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"micro F1 {Micro!.F1:P2}, macro F1 {MacroF1:P2}, all labels right {ExactMatch:P2}, wrong decisions {HammingLoss:P2}"));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{Count:N0} rows in {Seconds:F1} s: {SentencesPerSecond:N0} sentences/s, {TokensPerSecond:N0} tokens/s; {Truncated:N0} were cut at the limit"));
    }

    private static string Text(ConfidenceInterval? interval) =>
        interval is null ? "" : string.Create(CultureInfo.InvariantCulture, $" ({100 * interval.Lower:F1} to {100 * interval.Upper:F1})");

    private void WriteLabels(IAnsiConsole console, IReadOnlyDictionary<string, ClassMetrics> labels)
    {
        Table table = new Table().AddColumns("label", "precision", "recall", "F1", "rows");
        foreach ((string name, ClassMetrics one) in labels) Row(name, one);
        table.AddEmptyRow();
        Row("macro", Macro!);
        Row("micro", Micro!);
        Row("weighted", Weighted!);
        console.Write(table);
        if (ConfusionMatrix is null) return;
        Table matrix = new Table { Title = new TableTitle("true label (rows) and answer (columns)") }.AddColumn("");
        foreach (string name in labels.Keys) matrix.AddColumn(Markup.Escape(name));
        foreach ((string name, IReadOnlyList<long> row) in labels.Keys.Zip(ConfusionMatrix))
            matrix.AddRow([Markup.Escape(name), .. row.Select(count => count.ToString("N0", CultureInfo.InvariantCulture))]);
        console.Write(matrix);

        void Row(string name, ClassMetrics one) =>
            table.AddRow(Markup.Escape(name), Percent(one.Precision), Percent(one.Recall), Percent(one.F1), one.Support.ToString("N0", CultureInfo.InvariantCulture));

        static string Percent(double value) => value.ToString("P2", CultureInfo.InvariantCulture);
    }
}
