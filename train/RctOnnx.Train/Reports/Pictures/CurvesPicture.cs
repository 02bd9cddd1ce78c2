using System.Globalization;
using ScottPlot;
using ScottPlot.Plottables;
using ScottPlot.TickGenerators;

namespace RctOnnx.Train.Reports.Pictures;

/// <summary>Loss, metric and learning rate over the steps of a run, each in a panel where it was measured.</summary>
internal static class CurvesPicture
{
    private const int Width = 800, PanelHeight = 280;

    /// <summary>The picture as PNG.</summary>
    public static byte[] Draw(RunReportData data)
    {
        using PictureSheet sheet = new(Width);
        (double[] X, double[] Y) train = Points(point => point.TrainLoss), devLoss = Points(point => point.DevLoss);
        (double[] X, double[] Y) devMetric = Points(point => point.DevMetric), rate = Points(point => point.LearningRate);
        double last = Math.Max(data.Curve.Max(point => point.Step), 1);
        Plot loss = AddPanel("Loss");
        if (train.X.Length > 0)
        {
            Scatter raw = loss.Add.ScatterLine(train.X, train.Y, PictureSheet.Before.WithAlpha(0.7));
            raw.LineWidth = 1;
            Line(loss, (train.X, RunningMean(train.Y)), PictureSheet.After, "training (running mean)", markers: false);
        }
        if (devLoss.X.Length > 0) Line(loss, devLoss, PictureSheet.Dev, "dev", markers: true);
        ShowLegend(loss);
        Finish(loss, train.Y.Concat(devLoss.Y));
        if (devMetric.X.Length > 0)
        {
            Plot metric = AddPanel($"dev: {data.DevMetricName}");
            Line(metric, devMetric, PictureSheet.Dev, null, markers: true);
            Finish(metric, devMetric.Y);
        }
        if (rate.X.Length > 0)
        {
            Plot plot = AddPanel("Learning rate");
            Line(plot, rate, PictureSheet.After, null, markers: false);
            plot.Axes.Left.TickGenerator = new NumericAutomatic { LabelFormatter = value => value.ToString("0.##E-0", CultureInfo.InvariantCulture) };
            Finish(plot, [.. rate.Y, 0]);
        }
        return sheet.ToPng();

        (double[] X, double[] Y) Points(Func<CurvePoint, double?> value)
        {
            CurvePoint[] points = [.. data.Curve.Where(point => value(point) is { } number && double.IsFinite(number)).OrderBy(point => point.Step)];
            return ([.. points.Select(point => (double)point.Step)], [.. points.Select(point => value(point)!.Value)]);
        }

        Plot AddPanel(string title)
        {
            Plot plot = sheet.Add(title, PanelHeight, ReportFont.Family);
            plot.XLabel("step", 13);
            plot.Axes.Bottom.TickGenerator = new NumericAutomatic { IntegerTicksOnly = true, LabelFormatter = value => value.ToString("N0", CultureInfo.InvariantCulture) };
            return plot;
        }

        void Finish(Plot plot, IEnumerable<double> values)
        {
            double[] all = [.. values.DefaultIfEmpty(0)];
            double low = all.Min(), span = Math.Max(all.Max() - low, 1e-9);
            plot.Axes.SetLimits(0, last * 1.02, low - 0.06 * span, low + 1.08 * span);
        }
    }

    private static void Line(Plot plot, (double[] X, double[] Y) points, Color color, string? name, bool markers)
    {
        Scatter line = plot.Add.Scatter(points.X, points.Y, color);
        line.LineWidth = 2;
        line.MarkerSize = markers || points.X.Length == 1 ? 8 : 0;
        if (name is not null) line.LegendText = name;
    }

    // Below: inside it would lie over the curves. Each call adds a panel of its own.
    private static void ShowLegend(Plot plot)
    {
        plot.ShowLegend(Edge.Bottom).Legend.Orientation = Orientation.Horizontal;
        plot.Legend.OutlineWidth = 0;
        plot.Legend.ShadowColor = Colors.Transparent;
        plot.Legend.FontSize = 13;
    }

    /// <summary>Mean over the values around each one, about a thirtieth of all: single batches jump too much to be read.</summary>
    internal static double[] RunningMean(double[] values)
    {
        int reach = values.Length / 60;
        double[] means = new double[values.Length];
        double sum = 0;
        int from = 0, to = 0; // the window is values[from..to]
        for (int i = 0; i < values.Length; i++)
        {
            while (to < Math.Min(i + reach + 1, values.Length)) sum += values[to++];
            while (from < i - reach) sum -= values[from++];
            means[i] = sum / (to - from);
        }
        return means;
    }
}
