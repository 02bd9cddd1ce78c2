using System.Globalization;
using RctOnnx.Onnx;
using RctOnnx.Train.Reports.Pictures;
using ScottPlot;
using ScottPlot.TickGenerators;

namespace RctOnnx.Bench.Load;

/// <summary>Latency against offered rate, the latency on a logarithmic axis.</summary>
internal static class LoadPicture
{
    private const int Width = 900, Height = 480;

    public static void Write(string path, IReadOnlyList<LoadPoint> points, double capacity)
    {
        using PictureSheet sheet = new(Width);
        Plot plot = sheet.Add("Latency of single texts against the offered rate", Height, ReportFont.Family);
        double[] rates = [.. points.Select(point => point.Offered)];
        Add("p50", point => point.P50);
        Add("p99", point => point.P99);
        Add("p99.9", point => point.P999);
        plot.Add.VerticalLine(capacity, color: Colors.Gray, pattern: LinePattern.Dashed).LegendText = "capacity";
        plot.XLabel("texts a second");
        plot.YLabel("milliseconds");
        plot.Axes.Left.TickGenerator = new NumericAutomatic
        {
            LabelFormatter = power => Math.Pow(10, power).ToString("G3", CultureInfo.InvariantCulture),
            MinorTickGenerator = new LogMinorTickGenerator(),
            IntegerTicksOnly = true,
        };
        plot.ShowLegend(Alignment.UpperLeft);
        byte[] image = sheet.ToPng();
        AtomicFile.Write(path, stream => stream.Write(image));

        void Add(string name, Func<LoadPoint, double> latency) =>
            plot.Add.Scatter(rates, [.. points.Select(point => Math.Log10(latency(point)))]).LegendText = name;
    }
}
