using System.Globalization;
using RctOnnx.Bench.Figures;
using RctOnnx.Bench.Machine;
using RctOnnx.Bench.Models;
using RctOnnx.Bench.Reports;
using RctOnnx.Runtime;

namespace RctOnnx.Bench.Scaling;

/// <summary>All tables of the verb.</summary>
internal static class ScalingRun
{
    private const int Layers = 6, Width = 384, Length = 32, TextCount = 512;
    private const int Rounds = 5; // both precisions in turn
    private const double GpuPeak = 989e12, GpuShare = 0.3; // H100 SXM, dense fp16 by its data sheet; what a well-fed encoder reaches of it, assumed

    private static readonly int BatchTokens = new TextClassifierOptions().BatchTokens;
    private static readonly int[] ProjectedCores = [8, 16, 32, 64];

    public static BenchReport Run(TimeSpan time, CancellationToken token)
    {
        IdleCheck idle = new();
        List<ReportTable> tables =
        [
            Table("length", "tokens a text", [16, 32, 64, 128, 256, 512], length => new Point(Layers, Width, length, Math.Max(BatchTokens / length, 1))),
            Table("layers", "layers", [2, 4, 6, 12], layers => new Point(layers, Width, Length, BatchTokens / Length)),
            Table("width", "width", [128, 256, 384, 768], width => new Point(Layers, width, Length, BatchTokens / Length)),
            Table("batch", "texts a batch", [1, 2, 4, 8, 16, 32], batch => new Point(Layers, Width, Length, batch)),
            .. Workers(time, token),
        ];
        return new BenchReport("Scaling of the engine", [.. MachineInfo.Lines([]), idle.Describe()],
        [
            Text($"Random weights; unless a table says otherwise {Layers} layers × {Width}, texts of {Length} tokens, batches of {BatchTokens} tokens, one worker; token ids to logits, both precisions in turn, medians of {Rounds} rounds of {time.TotalSeconds / Rounds:N2} s"),
            "Operations: 2 a multiply-add of the linear layers and of attention, with the last layer for the first token only",
        ], tables);

        ReportTable Table(string subject, string column, int[] values, Func<int, Point> at) =>
            new($"Cost against {subject}", 0, [column, "fp32: sentences/s", "µs a token", "GFLOP/s", "int8: sentences/s", "µs a token", "GOP/s", "int8 against fp32"],
                [.. values.Select(value => Row(value, at(value), time, token))]);
    }

    private static IReadOnlyList<string> Row(int value, Point point, TimeSpan time, CancellationToken token)
    {
        token.ThrowIfCancellationRequested();
        using ScaledModel fp32 = new(point.Layers, point.Width, int8: false, threads: 1), int8 = new(point.Layers, point.Width, int8: true, threads: 1);
        double operations = EncoderCost.Operations(fp32.Encoder, point.Length);
        (double Fp32, double Int8)[] rounds = [.. Enumerable.Range(0, Rounds).Select(_ => (fp32.Seconds(point.Count, point.Length, time / Rounds), int8.Seconds(point.Count, point.Length, time / Rounds)))];
        return
        [
            Text($"{value}"), .. Cells(Samples.Median(rounds.Select(round => round.Fp32))), .. Cells(Samples.Median(rounds.Select(round => round.Int8))),
            Text($"{Samples.Median(rounds.Select(round => round.Fp32 / round.Int8)):N2}"),
        ];

        string[] Cells(double seconds) =>
        [
            Text($"{point.Count / seconds:N0}"), Text($"{1e6 * seconds / (point.Count * point.Length):N1}"), Text($"{operations * point.Count / seconds / 1e9:N0}"),
        ];
    }

    private static IEnumerable<ReportTable> Workers(TimeSpan time, CancellationToken token)
    {
        int cores = Environment.ProcessorCount;
        int[] counts = [.. Enumerable.Range(0, 31).Select(power => 1 << power).TakeWhile(count => count < cores), cores];
        double operations = EncoderCost.Operations(RandomBert.Create(Layers, Width).Encoder, Length);
        List<IReadOnlyList<string>> measured = [], projected = [];
        foreach (bool int8 in new[] { false, true })
        {
            string precision = int8 ? "int8" : "fp32";
            (double[][] engine, double[][] whole) = Rates(counts, int8, time, token);
            foreach ((string part, double[][] rates) in new[] { ("token ids to logits", engine), ("strings to labels", whole) })
            {
                double one = Samples.Median(rates.Select(round => round[0]));
                double[] speedUps = [.. counts.Select((_, i) => Samples.Median(rates.Select(round => round[i] / round[0])))];
                for (int i = 0; i < counts.Length; i++)
                    measured.Add([precision, part, Text($"{counts[i]}"), Text($"{Samples.Median(rates.Select(round => round[i])):N0}"), Text($"{speedUps[i]:N2}"), Text($"{100 * speedUps[i] / counts[i]:N0} %")]);
                if (cores == 1) continue;
                double serial = Projection.SerialShare(speedUps[^1], cores);
                projected.Add([precision, part, Text($"{100 * serial:N1} %"), .. ProjectedCores.Select(count => Text($"{one * Projection.SpeedUp(serial, count):N0}"))]);
            }
        }
        yield return new ReportTable("Rate against workers", 2, ["precision", "from", "workers", "sentences/s", "speed-up", "efficiency"], measured);
        if (projected.Count > 0)
            yield return new ReportTable($"Projection by Amdahl's law: the serial share is that of {cores} workers, cores and memory a core stay alike", 2,
                ["precision", "from", "serial share", .. ProjectedCores.Select(count => Text($"{count} cores, sentences/s"))], projected);
        yield return new ReportTable(Text($"Projection to a GPU: peak × {100 * GpuShare:N0} % ÷ operations of a text of {Length} tokens; tokenizer and transfer not counted, not measured"), 1,
            ["GPU", "peak, TFLOP/s", "sentences/s"], [["H100, fp16", Text($"{GpuPeak / 1e12:N0}"), Text($"{GpuPeak * GpuShare / operations:N0}")]]);
    }

    // Sentences a second of each worker count in each round, both ways in turn.
    private static (double[][] Engine, double[][] Whole) Rates(int[] counts, bool int8, TimeSpan time, CancellationToken token)
    {
        List<ScaledModel> models = [];
        try
        {
            foreach (int count in counts) models.Add(new ScaledModel(Layers, Width, int8, count));
            double[][] engine = new double[Rounds][], whole = new double[Rounds][];
            for (int round = 0; round < Rounds; round++)
            {
                token.ThrowIfCancellationRequested();
                engine[round] = [.. models.Select(model => TextCount / model.Seconds(TextCount, Length, time / Rounds))];
                whole[round] = [.. models.Select(model => TextCount / model.WholeSeconds(TextCount, Length, time / Rounds))];
            }
            return (engine, whole);
        }
        finally
        {
            foreach (ScaledModel model in models) model.Dispose();
        }
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private sealed record Point(int Layers, int Width, int Length, int Count);
}
