using System.CommandLine;
using Parquet;
using Parquet.Schema;
using RctOnnx.CommandLine;
using RctOnnx.Data;
using RctOnnx.Onnx;
using RctOnnx.Train.Batching;
using RctOnnx.Train.Demo;

namespace RctOnnx.Bench.LargeData;

/// <summary>The verb <c>rows</c>: a data file of any length, to see what a program does with it.</summary>
internal static class RowsCommand
{
    private const int LabelCount = 5, ShortestText = 5, LongestText = 40;

    public static Command Create()
    {
        Argument<string> file = new("FILE") { Description = "Where the rows go: .tsv or .parquet." };
        Option<int> count = new("--count") { Description = "Rows.", DefaultValueFactory = _ => 1_000_000 };
        Option<int> groupSize = new("--row-group") { Description = "Rows of a row group, for Parquet.", DefaultValueFactory = _ => 50_000 };
        Command command = new("rows", "Writes made-up rows: texts of 5 to 40 words of the demo's sentences, frequent ones more often, and a number, so that no two are the same; five labels. The same call writes the same rows.") { file, count, groupSize };
        command.SetWork((parsed, token) =>
        {
            string path = parsed.GetRequiredValue(file);
            IEnumerable<(string Label, string Text)> rows = Rows(Words(), parsed.GetValue(count), token);
            AtomicFile.Write(path, stream =>
            {
                if (Path.GetExtension(path) == ".parquet") WriteParquet(stream, rows, parsed.GetValue(groupSize)).GetAwaiter().GetResult();
                else if (Path.GetExtension(path) == ".tsv") WriteTsv(stream, rows);
                else throw new SettingsException($"'{path}' is neither a .tsv nor a .parquet file; name one of those.");
            });
            return ExitCodes.Success;
        });
        return command;
    }

    private static IEnumerable<(string Label, string Text)> Rows(string[] words, int count, CancellationToken token)
    {
        SeededOrder random = new(seed: 1, epoch: 0);
        for (int row = 0; row < count; row++)
        {
            token.ThrowIfCancellationRequested();
            int length = ShortestText + random.Below(LongestText - ShortestText + 1);
            yield return ($"label {row % LabelCount}", $"{string.Join(' ', Enumerable.Range(0, length).Select(_ => Word()))} {row}.");
        }

        // The logarithm of a rank is about evenly spread in natural texts (Zipf).
        string Word() => words[Math.Min(words.Length - 1, (int)Math.Pow(words.Length, random.NextDouble()) - 1)];
    }

    private static string[] Words() =>
        [.. TextDataset.Read(DemoSample.Open("train"), "the demo's sentences", DataFormat.Tsv).SelectMany(row => row.Text.Split(' ')).GroupBy(word => word).OrderByDescending(group => group.Count()).Select(group => group.Key)];

    private static void WriteTsv(Stream stream, IEnumerable<(string Label, string Text)> rows)
    {
        using StreamWriter writer = new(stream, leaveOpen: true) { NewLine = "\n" };
        writer.WriteLine("label\ttext");
        foreach ((string label, string text) in rows) writer.WriteLine($"{label}\t{text}");
    }

    private static async Task WriteParquet(Stream stream, IEnumerable<(string Label, string Text)> rows, int groupSize)
    {
        DataField<string> label = new("label"), text = new("text");
        await using ParquetWriter writer = await ParquetWriter.CreateAsync(new ParquetSchema(label, text), stream);
        foreach ((string Label, string Text)[] part in rows.Chunk(groupSize))
        {
            using ParquetRowGroupWriter group = writer.CreateRowGroup();
            await group.WriteAsync(label, [.. part.Select(row => row.Label)]);
            await group.WriteAsync(text, [.. part.Select(row => row.Text)]);
        }
    }
}
