using System.Diagnostics;
using System.Globalization;
using HdrHistogram;
using RctOnnx.Bench.Machine;
using RctOnnx.Bench.Reports;
using RctOnnx.Data;
using RctOnnx.Onnx;
using RctOnnx.Runtime;

namespace RctOnnx.Bench.Load;

/// <summary>The load test from a model file to a report.</summary>
internal static class LoadRun
{
    private const int CapacityTextCount = 1000;
    private const int Seed = 1;
    private const double KeptUp = 0.98; // of a rate; below it the queue grows
    private static readonly double[] Shares = [0.1, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 1.0, 1.1, 1.3]; // the last ones over the capacity, so that saturation is seen although that is measured in a moment only

    public static BenchReport Run(string model, string textFile, TimeSpan length, string? histograms, string? picture, CancellationToken token)
    {
        IdleCheck idle = new();
        string[] texts = [.. TextDataset.Read(textFile).Select(row => row.Text).Distinct()];
        using TextClassifier classifier = TextClassifier.Load(model);
        int workers = Environment.ProcessorCount;
        double capacity = Capacity(texts, workers, text => classifier.Classify(text), token);
        List<LoadPoint> points = [];
        foreach (double share in Shares)
        {
            TimeSpan[] arrivals = Arrivals.Poisson(share * capacity, length, Seed);
            (HistogramBase latencies, double seconds) = OpenLoop.Run(arrivals, workers, i => classifier.Classify(texts[i % texts.Length]), token);
            points.Add(new LoadPoint(arrivals.Length / length.TotalSeconds, arrivals.Length / seconds, At(50), At(90), At(99), At(99.9), latencies.GetMaxValue() / 1e3));
            Console.Error.WriteLine(Text($"{points[^1].Offered:N0} texts/s offered: p50 {points[^1].P50:N2} ms, p99 {points[^1].P99:N2} ms"));

            if (histograms is not null) WriteDistribution(Path.Combine(histograms, Text($"load-{100 * share:N0}.hgrm")), latencies);

            double At(double percentile) => latencies.GetValueAtPercentile(percentile) / 1e3;
        }
        if (picture is not null) LoadPicture.Write(picture, points, capacity);
        ReportTable table = new("Latency against offered rate", 0, ["offered, texts/s", "share of capacity", "answered, texts/s", "of those offered", "p50, ms", "p90, ms", "p99, ms", "p99.9, ms", "longest, ms"],
            [.. points.Zip(Shares, (point, share) => (IReadOnlyList<string>)
            [
                Text($"{point.Offered:N0}"), Text($"{100 * share:N0} %"), Text($"{point.Answered:N0}"), Text($"{100 * point.Answered / point.Offered:N0} %"), Text($"{point.P50:N2}"), Text($"{point.P90:N2}"), Text($"{point.P99:N2}"), Text($"{point.P999:N2}"), Text($"{point.Most:N2}"),
            ])]);
        return new BenchReport("Load test of the engine", [.. MachineInfo.Lines([MachineInfo.Package(typeof(HistogramBase))]), idle.Describe()],
        [
            Text($"Model: {Path.GetFileName(model)}; single texts, distinct ones of {Path.GetFileName(textFile)} in their order, {workers} callers"),
            Text($"Capacity: {capacity:N0} texts/s, by callers that wait for nothing ({CapacityTextCount:N0} texts)"),
            Saturation(points),
            Text($"Open loop: Poisson arrivals, {length.TotalSeconds:N0} s each rate, latency from the moment a text was due; above 100 % the queue grows, and with it the latency, for as long as the test lasts"),
        ], [table])
        { Picture = picture };
    }

    /// <summary>Up to which offered rate the engine keeps up.</summary>
    internal static string Saturation(IReadOnlyList<LoadPoint> points)
    {
        int kept = points.TakeWhile(point => point.Answered >= KeptUp * point.Offered).Count();
        return kept == 0
            ? Text($"Saturated at every rate: of {points[0].Offered:N0} texts/s offered {points[0].Answered:N0} are answered")
            : Text($"Keeps up with {points[kept - 1].Offered:N0} texts/s (answers at least {100 * KeptUp:N0} % of what is offered, p99 {points[kept - 1].P99:N1} ms)")
                + (kept < points.Count ? Text($"; saturated at {points[kept].Offered:N0}") : "; no rate saturates it");
    }

    // Values in milliseconds, with the share of texts below each.
    private static void WriteDistribution(string path, HistogramBase latencies)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using StringWriter text = new(CultureInfo.InvariantCulture);
        latencies.OutputPercentileDistribution(text, outputValueUnitScalingRatio: 1e3);
        AtomicFile.WriteText(path, text.ToString());
    }

    // Everything is due at once: the rate is what the engine can answer one by one.
    private static double Capacity(string[] texts, int workers, Action<string> classify, CancellationToken token)
    {
        TimeSpan[] now = new TimeSpan[CapacityTextCount];
        OpenLoop.Run(now, workers, i => classify(texts[i % texts.Length]), token); // warms
        long start = Stopwatch.GetTimestamp();
        OpenLoop.Run(now, workers, i => classify(texts[i % texts.Length]), token);
        return CapacityTextCount / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
