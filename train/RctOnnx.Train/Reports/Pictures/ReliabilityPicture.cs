using RctOnnx.Data.Metrics;
using ScottPlot;
using ScottPlot.Plottables;

namespace RctOnnx.Train.Reports.Pictures;

/// <summary>Accuracy against confidence, a panel a set: the diagonal is where probabilities are shares of right answers.</summary>
internal static class ReliabilityPicture
{
    private const int Width = 900, Height = 420;

    /// <summary>The picture as PNG.</summary>
    /// <param name="sets">At least one.</param>
    /// <param name="temperature">Of the file; 1 shows one line.</param>
    public static byte[] Draw(IReadOnlyList<SetDetails> sets, double temperature)
    {
        using PictureSheet sheet = new(Width);
        foreach (SetDetails set in sets)
        {
            PictureLabels names = PictureLabels.Of([set.Name]);
            Plot plot = sheet.Add($"{names.Texts[0]}: share of right answers against probability", Height, names.Family);
            Scatter diagonal = plot.Add.ScatterLine(new double[] { 0, 1 }, new double[] { 0, 1 }, PictureSheet.Ink.WithAlpha(0.3));
            diagonal.LinePattern = LinePattern.Dashed;
            if (temperature != 1) Line(plot, set.Analysis.Plain, PictureSheet.Before, "without temperature");
            Line(plot, set.Analysis.Calibrated, PictureSheet.After, temperature == 1 ? "file" : FormattableString.Invariant($"file, temperature {temperature:F2}"));
            plot.Axes.SetLimits(0, 1, 0, 1.02);
            plot.XLabel("probability of the answer, mean of each bin", 13);
            plot.YLabel("share of right answers", 13);
            plot.ShowLegend(Alignment.UpperLeft);
            plot.Legend.OutlineWidth = 0;
            plot.Legend.ShadowColor = Colors.Transparent;
            plot.Legend.FontName = names.Family;
        }
        return sheet.ToPng();
    }

    private static void Line(Plot plot, CalibrationMetrics metrics, Color color, string name)
    {
        ReliabilityBin[] bins = [.. metrics.Bins.Where(bin => bin.Count > 0)];
        Scatter line = plot.Add.Scatter(bins.Select(bin => bin.Confidence).ToArray(), bins.Select(bin => bin.Accuracy).ToArray(), color);
        line.LineWidth = 2;
        line.MarkerSize = 7;
        line.LegendText = FormattableString.Invariant($"{name}: calibration error {100 * metrics.ExpectedCalibrationError:F1} %");
    }
}
