using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using RctOnnx.Bench.Training;
using RctOnnx.CommandLine;
using RctOnnx.Data;
using RctOnnx.Runtime.Tokenization;
using RctOnnx.Train.Bases;
using RctOnnx.Train.Batching;
using RctOnnx.Train.Examples;
using RctOnnx.Train.Settings;

namespace RctOnnx.Bench.LargeData;

/// <summary>The verb <c>data-path</c>: what a training does with its data in an epoch, without the training.</summary>
internal static class DataPathCommand
{
    public static Command Create()
    {
        Argument<string> file = new("FILE") { Description = "Labelled rows." };
        Option<string> basePath = new("--base") { Description = "Encoder whose tokenizer is used.", Required = true, HelpName = "FOLDER|FILE.onnx" };
        Option<int> batch = new("--batch") { Description = "Rows of a batch.", DefaultValueFactory = _ => 32 };
        Option<int> maxLength = new("--max-length") { Description = "Longest sequence in tokens.", DefaultValueFactory = _ => 128 };
        Option<double> devShare = new("--dev-share") { Description = "Share of the rows that is kept for choosing; the rest is read." };
        Option<int> memory = new("--memory") { Description = "Mebibytes of tokens in memory; what is over goes to a file.", DefaultValueFactory = _ => (int)(TokenStore.DefaultMemoryLimit >> 20) };
        Command command = new("data-path", "Reads rows, makes tokens of them, plans an epoch and gathers every batch of it, as a training does; prints time, peak memory and a hash over the batches in their order.")
        { file, basePath, batch, maxLength, devShare, memory };
        command.SetWork((parsed, token) =>
        {
            string folder = Directory.CreateTempSubdirectory("rctonnx-bench").FullName;
            try
            {
                TrainSettings settings = new() { Train = [parsed.GetRequiredValue(file)], DevShare = parsed.GetValue(devShare) };
                WordPieceTokenizer tokenizer = BaseTokenizer.Load(parsed.GetRequiredValue(basePath));
                Say($"start: peak {Mebibytes(PeakMemory.Read())}");
                TaskData data = Timed("files", () => TaskData.Open(settings));
                LabelSet labels = Timed("labels", () => TaskLabels.Of(settings, data.Train));
                using TokenStore store = new(Path.Combine(folder, "tokens"), (long)parsed.GetValue(memory) << 20);
                ExampleSet train = Timed("tokens", () => new ExampleReader(tokenizer, labels, parsed.GetValue(maxLength)).Read("train", data.Train, keepTexts: false, store));
                Say($"  {store.RowCount:N0} rows, {store.TokenCount:N0} tokens, {Mebibytes(store.SpilledLength)} of them in a file");
                int[][] plan = Timed("plan", () => BatchPlan.ForEpoch(store.Lengths(), parsed.GetValue(batch), settings.Seed, epoch: 0));
                Say($"  batches: SHA-256 {Timed("batches", () => Gather(train, plan, tokenizer.PadId, token))}");
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }
            return ExitCodes.Success;
        });
        return command;
    }

    private static string Gather(ExampleSet train, int[][] plan, int padId, CancellationToken token)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (int[] rows in plan)
        {
            token.ThrowIfCancellationRequested();
            hash.AppendData(MemoryMarshal.AsBytes(TokenBatch.Of(train.Tokens, rows, padId).Ids.AsSpan()));
            hash.AppendData(MemoryMarshal.AsBytes(train.Targets(rows).Classes.AsSpan()));
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static T Timed<T>(string name, Func<T> work)
    {
        long start = Stopwatch.GetTimestamp();
        T result = work();
        Say($"{name}: {Stopwatch.GetElapsedTime(start).TotalSeconds:F1} s, peak {Mebibytes(PeakMemory.Read())}");
        return result;
    }

    private static string Mebibytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1048576.0:N0} MiB");

    private static void Say(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
