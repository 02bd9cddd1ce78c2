using System.Globalization;
using RctOnnx.Data.Metrics;
using ScottPlot;
using ScottPlot.Plottables;

namespace RctOnnx.Train.Reports.Pictures;

/// <summary>Bars of every figure before and after training: overall for each set, then label by label.</summary>
internal static class ComparisonPicture
{
    private const int Width = 800, FewGroups = 12, MostLabels = 60;

    /// <summary>The picture as PNG.</summary>
    public static byte[] Draw(RunReportData data, PictureLabels labels)
    {
        using PictureSheet sheet = new(Width);
        if (data.Sets.Count > 0)
        {
            BarGroup[] overall = [.. data.Sets.SelectMany(set => new[]
            {
                new BarGroup($"{set.Name}: accuracy", set.Untrained?.Accuracy, set.Trained.Accuracy),
                new BarGroup($"{set.Name}: macro F1", set.Untrained?.Macro.F1, set.Trained.Macro.F1),
            })];
            Add(sheet, "Accuracy and macro F1", overall, asShare: true);
            foreach (SetComparison set in data.Sets)
            {
                // More bars than that nobody reads; the table of the page has all labels.
                int[] shown = [.. Enumerable.Range(0, labels.Texts.Count).OrderByDescending(i => set.Trained.PerClass[i].Support).Take(MostLabels).Order()];
                BarGroup[] perClass = [.. shown.Select(i => new BarGroup(labels.Texts[i], set.Untrained?.PerClass[i].F1, set.Trained.PerClass[i].F1))];
                Add(sheet, $"{set.Name}: F1 of {(shown.Length == labels.Texts.Count ? "every label" : $"the {MostLabels} most frequent of {labels.Texts.Count} labels")}", perClass, asShare: true, labels.Family);
            }
        }
        if (data.RegressionSets.Count > 0)
        {
            Add(sheet, "Correlation with the truth (higher is better)", Groups(("Pearson", m => m.Pearson), ("Spearman", m => m.Spearman)), asShare: false);
            Add(sheet, "Error (lower is better)", Groups(("mean squared", m => m.MeanSquaredError), ("mean absolute", m => m.MeanAbsoluteError)), asShare: false);
        }
        return sheet.ToPng();

        BarGroup[] Groups(params (string Name, Func<RegressionMetrics, double> Value)[] figures) =>
            [.. data.RegressionSets.SelectMany(set => figures.Select(figure =>
                new BarGroup($"{set.Name}: {figure.Name}", set.Untrained is { } untrained ? figure.Value(untrained) : null, figure.Value(set.Trained))))];
    }

    private static void Add(PictureSheet sheet, string title, BarGroup[] groups, bool asShare, string? family = null)
    {
        PictureLabels names = family is null ? PictureLabels.Of([.. groups.Select(group => group.Name)]) : new PictureLabels(family, [.. groups.Select(group => group.Name)]);
        bool hasBefore = groups.Any(group => group.Before is not null);
        int groupHeight = (hasBefore, groups.Length <= FewGroups) switch { (false, _) => 28, (true, true) => 46, (true, false) => 34 };
        Plot plot = sheet.Add(title, (hasBefore ? 100 : 75) + groups.Length * groupHeight, names.Family);
        List<Bar> before = [], after = [];
        for (int i = 0; i < groups.Length; i++)
        {
            double half = groups[i].Before is null ? 0 : 0.2;
            AddBar(before, groups[i].Before, -i + half, PictureSheet.Before);
            AddBar(after, groups[i].After, -i - half, PictureSheet.After);
        }
        AddBars(before, "before training");
        AddBars(after, "after training");

        double[] values = [.. before.Concat(after).Select(bar => bar.Value).DefaultIfEmpty(0)];
        double low = asShare ? 0 : Math.Min(0, values.Min()), high = asShare ? 1 : Math.Max(values.Max(), low + 1e-9);
        double span = high - low;
        // Room for the numbers at the ends of the bars.
        plot.Axes.SetLimits(low < 0 ? low - 0.12 * span : 0, high + 0.12 * span, -groups.Length + 0.4, 0.6);
        plot.Axes.Left.SetTicks([.. groups.Select((_, i) => (double)-i)], [.. names.Texts]);
        plot.Axes.Left.MajorTickStyle.Length = 0;
        if (asShare) plot.Axes.Bottom.SetTicks([0, 0.2, 0.4, 0.6, 0.8, 1], ["0 %", "20 %", "40 %", "60 %", "80 %", "100 %"]);
        plot.Grid.YAxisStyle.IsVisible = false;
        if (hasBefore) plot.ShowLegend(Edge.Bottom).Legend.Orientation = Orientation.Horizontal;
        plot.Legend.OutlineWidth = 0;
        plot.Legend.ShadowColor = Colors.Transparent;

        void AddBars(List<Bar> bars, string name)
        {
            if (bars.Count == 0) return;
            BarPlot barPlot = plot.Add.Bars(bars);
            if (hasBefore) barPlot.LegendText = name;
            foreach (Bar bar in bars)
            {
                Text text = plot.Add.Text(asShare ? bar.Value.ToString("P1", CultureInfo.InvariantCulture) : bar.Value.ToString("G4", CultureInfo.InvariantCulture), bar.Value, bar.Position);
                text.LabelAlignment = bar.Value < 0 ? Alignment.MiddleRight : Alignment.MiddleLeft;
                text.LabelFontName = ReportFont.Family;
                text.LabelFontSize = 12;
                text.LabelFontColor = PictureSheet.Ink;
                text.OffsetX = bar.Value < 0 ? -8 : 8;
            }
        }

        void AddBar(List<Bar> bars, double? value, double position, Color color)
        {
            if (value is not { } number || !double.IsFinite(number)) return;
            bars.Add(new Bar { Position = position, Value = number, Size = hasBefore ? 0.38 : 0.6, FillColor = color, LineWidth = 0, Orientation = Orientation.Horizontal });
        }
    }
}
