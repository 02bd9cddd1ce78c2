using RctOnnx.Train.RateFinding;
using ScottPlot;
using ScottPlot.Plottables;
using ScottPlot.TickGenerators;

namespace RctOnnx.Train.Reports.Pictures;

/// <summary>Loss against learning rate, with the suggestion.</summary>
internal static class RatePicture
{
    private const int Width = 900, Height = 480;

    /// <summary>The picture as PNG.</summary>
    /// <param name="points">Of the search.</param>
    /// <param name="suggested">Rate that is marked, or null.</param>
    public static byte[] Draw(IReadOnlyList<RatePoint> points, double? suggested)
    {
        using PictureSheet sheet = new(Width);
        string family = ReportFont.FamilyFor("loss");
        Plot plot = sheet.Add("Loss at rising learning rates", Height, family);
        RatePoint[] shown = [.. points.Where(point => double.IsFinite(point.Loss) && double.IsFinite(point.Smoothed))];
        double[] rates = [.. shown.Select(point => Math.Log10(point.Rate))];
        Scatter raw = plot.Add.ScatterLine(rates, shown.Select(point => point.Loss).ToArray(), PictureSheet.Before);
        raw.LegendText = "batch";
        Scatter smooth = plot.Add.ScatterLine(rates, shown.Select(point => point.Smoothed).ToArray(), PictureSheet.After);
        smooth.LineWidth = 3;
        smooth.LegendText = "smoothed";
        if (suggested is { } rate)
        {
            VerticalLine line = plot.Add.VerticalLine(Math.Log10(rate), 2, PictureSheet.Dev);
            line.LegendText = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"steepest, {rate:0.0e+0}");
        }
        plot.Axes.Bottom.TickGenerator = new NumericAutomatic { IntegerTicksOnly = true, LabelFormatter = power => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"1e{power:0}") };
        plot.XLabel("learning rate", 13);
        plot.YLabel("loss", 13);
        plot.ShowLegend(Alignment.UpperLeft);
        plot.Legend.FontName = family;
        return sheet.ToPng();
    }
}
