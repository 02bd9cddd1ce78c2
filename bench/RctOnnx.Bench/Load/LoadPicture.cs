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

    /// <summary>Draws the picture into a PNG file.</summary>
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
        plot.Axes.Left.TickGenerator = Ticks();
        plot.ShowLegend(Alignment.UpperLeft);
        byte[] image = sheet.ToPng();
        AtomicFile.Write(path, stream => stream.Write(image));

        void Add(string name, Func<LoadPoint, double> latency) =>
            plot.Add.Scatter(rates, [.. points.Select(point => Math.Log10(latency(point)))]).LegendText = name;
    }

    // 1, 2 and 5 times every power of ten that a latency in milliseconds can have.
    private static NumericManual Ticks()
    {
        NumericManual ticks = new();
        for (int power = -2; power <= 5; power++)
            foreach (int digit in new[] { 1, 2, 5 })
                ticks.AddMajor(Math.Log10(digit) + power, (digit * Math.Pow(10, power)).ToString("0.##", CultureInfo.InvariantCulture));
        return ticks;
    }
}
