using System.Globalization;
using System.Runtime.InteropServices;
using RctOnnx.Bench.Figures;
using RctOnnx.Train.Modules;
using RctOnnx.Train.Training;
using TorchSharp;

namespace RctOnnx.Bench.Training;

/// <summary>
/// <c>bench -- training [ROUNDS] [STEPS]</c>: matrix products, our training and the plain loop take turns, each in its own
/// process; medians over the rounds.
/// </summary>
internal static class TrainingComparison
{
    /// <summary>Asks a child process for one contestant.</summary>
    public const string ContestantOption = "--contestant";

    private const string Own = "rctonnx-train, bf16", OwnFp32 = "rctonnx-train, fp32", Plain = "plain TorchSharp loop, fp32", Products = "matrix products";
    private const int WarmUpSteps = 5;

    /// <summary>Runs the comparison and prints its tables; the exit code.</summary>
    public static int Run(string[] arguments)
    {
        if (arguments is [ContestantOption, string name]) return Serve(name);
        int rounds = Number(arguments, 0, 5), steps = Number(arguments, 1, 20);
        string[] names = [Products, Own, OwnFp32, Plain];
        Dictionary<string, List<RoundResult>> results = names.ToDictionary(one => one, _ => new List<RoundResult>());
        ContestantProcess[] contestants = [.. names.Select(one => new ContestantProcess(one))];
        try
        {
            foreach (ContestantProcess contestant in contestants) contestant.Run(WarmUpSteps);
            for (int round = 0; round < rounds; round++)
                for (int i = 0; i < names.Length; i++)
                {
                    results[names[i]].Add(contestants[i].Run(steps));
                    Console.Error.WriteLine($"round {round + 1} of {rounds}: {names[i]} done");
                }
        }
        finally
        {
            foreach (ContestantProcess contestant in contestants) contestant.Dispose();
        }
        Print(results, rounds, steps);
        return 0;
    }

    private static int Number(string[] arguments, int index, int usual) =>
        index < arguments.Length ? int.Parse(arguments[index], CultureInfo.InvariantCulture) : usual;

    private static int Serve(string name)
    {
        NativeHeap.Tune();
        string folder = Directory.CreateTempSubdirectory("rctonnx-bench").FullName;
        try
        {
            TrainingMaterial material = TrainingMaterial.Load(folder);
            ITrainingContestant contestant = name switch
            {
                Own => new OwnTraining(material),
                OwnFp32 => new OwnTraining(material with { Settings = material.Settings with { Precision = Precision.Fp32 } }),
                Plain => new PlainTraining(material),
                Products => new ProductPeak(material),
                _ => throw new ArgumentException($"There is no contestant '{name}'; known are {Own}, {OwnFp32}, {Plain} and {Products}."),
            };
            using IDisposable? disposable = contestant as IDisposable;
            ContestantProcess.Serve(contestant);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
        return 0;
    }

    private static void Print(Dictionary<string, List<RoundResult>> results, int rounds, int steps)
    {
        List<RoundResult> plain = results[Plain], products = results[Products];
        Dictionary<string, double> rates = products[0].Rates.Keys.ToDictionary(name => name, name => Samples.Median(products.Select(round => round.Rates[name])));
        double bf16 = Best(torch.ScalarType.BFloat16), fp32 = Best(torch.ScalarType.Float32);
        Line($"{RuntimeInformation.FrameworkDescription}, TorchSharp {typeof(torch).Assembly.GetName().Version}, {torch.get_num_threads()} threads, {RuntimeInformation.OSDescription}");
        Line($"{rounds} rounds of {steps} steps, medians over the rounds");
        Line($"");
        Line($"| matrix product | GFLOP/s |");
        Line($"| --- | ---: |");
        foreach ((string name, double rate) in rates) Line($"| {name} | {rate:F0} |");
        Line($"");
        Line($"| | sentences/s (least to most) | tokens/s | padding | GFLOP/s | share of the best product, bf16 and fp32 | peak memory |");
        Line($"| --- | ---: | ---: | ---: | ---: | ---: | ---: |");
        foreach ((string name, List<RoundResult> list) in results.Where(one => one.Key != Products))
        {
            double speed = Samples.Median(list.Select(round => round.SentencesPerSecond)), flops = Samples.Median(list.Select(round => round.GigaflopsPerSecond));
            Line($"| {name} | {speed:F1} ({list.Min(round => round.SentencesPerSecond):F1} to {list.Max(round => round.SentencesPerSecond):F1}) | {Samples.Median(list.Select(round => round.TokensPerSecond)):N0} | {Samples.Median(list.Select(round => round.Padding)):P1} | {flops:F0} | {flops / bf16:P0}, {flops / fp32:P0} | {list[^1].PeakMemory / 1e9:F2} GB |");
        }
        Line($"");
        foreach (string name in (string[])[Own, OwnFp32])
        {
            double[] ratios = [.. results[name].Zip(plain, (one, other) => one.SentencesPerSecond / other.SentencesPerSecond)];
            Line($"{name}: sentences/s against the plain loop's, median {Samples.Median(ratios):F2}, by round {string.Join(", ", ratios.Select(ratio => ratio.ToString("F2", CultureInfo.InvariantCulture)))}");
        }

        double Best(torch.ScalarType type) =>
            rates.Where(rate => rate.Key.StartsWith(ProductPeak.Name(type), StringComparison.Ordinal)).Max(rate => rate.Value);
    }

    private static void Line(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
