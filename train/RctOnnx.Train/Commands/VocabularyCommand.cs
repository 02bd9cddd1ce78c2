using System.CommandLine;
using System.Globalization;
using RctOnnx.CommandLine;
using RctOnnx.Data;
using RctOnnx.Onnx;
using RctOnnx.Train.Vocabulary;

namespace RctOnnx.Train.Commands;

/// <summary>The verb <c>vocabulary</c>: a WordPiece vocabulary from texts.</summary>
internal static class VocabularyCommand
{
    private sealed record Result(string Output, int Size, int DistinctWords);

    public static Command Create()
    {
        VocabularyOptions defaults = new();
        Option<string[]> input = new("--input") { Description = "Texts: one a line, or any data file with a column of texts.", Required = true, AllowMultipleArgumentsPerToken = true, HelpName = "FILE" };
        Option<DataFormat?> format = new("--data-format") { Description = "Form of the input files, where their names do not tell.", HelpName = "text|tsv|tabs|csv|jsonl|parquet|rct" };
        Option<string> column = new("--text-column") { Description = "Column or property of the text in the input files that have columns. Default: text.", DefaultValueFactory = _ => "text" };
        Option<string> output = new("--output", "-o") { Description = "The vocabulary to write, one piece a line.", Required = true, HelpName = "vocab.txt" };
        Option<int> size = new("--size") { Description = $"Pieces, special tokens included. Default: {defaults.Size}.", DefaultValueFactory = _ => defaults.Size };
        Option<long> minFrequency = new("--min-frequency") { Description = $"Pairs that occur less often are not joined. Default: {defaults.MinFrequency}.", DefaultValueFactory = _ => defaults.MinFrequency };
        Option<int> alphabetLimit = new("--alphabet-limit") { Description = $"Most different characters; words with rarer ones become unknown. Default: {defaults.AlphabetLimit}.", DefaultValueFactory = _ => defaults.AlphabetLimit };
        Option<bool> cased = new("--cased") { Description = "Keep capital letters and accents." };
        Option<bool> json = new("--json") { Description = "End standard output with one JSON object." };
        Command command = new("vocabulary", """
            Makes a WordPiece vocabulary for 'pretrain' by joining the most frequent pieces of the texts' words.

            Example:
              rctonnx-train vocabulary --input corpus.txt --size 8192 --output vocab.txt

            Exit codes: 0 done, 2 options, 3 texts, 6 output, 130 stopped.
            """)
        { input, format, column, output, size, minFrequency, alphabetLimit, cased, json };
        command.SetWork((parsed, token) =>
        {
            TokenizerSettings settings = new() { LowerCase = !parsed.GetValue(cased) };
            WordCounter words = new(settings);
            ConsoleProgress.Run("Counting words", null, "texts", progress =>
            {
                foreach (string path in parsed.GetRequiredValue(input))
                    foreach (TextRow row in TextDataset.Read(path, parsed.GetValue(format), new ColumnNames { Text = parsed.GetValue(column)!, Label = null }))
                    {
                        token.ThrowIfCancellationRequested();
                        words.Add(row.Text);
                        progress.Advance(1);
                    }
                return true;
            });
            IReadOnlyList<string> pieces = VocabularyTrainer.Train(words.Counts, settings, new VocabularyOptions
            {
                Size = parsed.GetValue(size),
                MinFrequency = parsed.GetValue(minFrequency),
                AlphabetLimit = parsed.GetValue(alphabetLimit),
            });
            string path = parsed.GetRequiredValue(output);
            AtomicFile.WriteText(path, string.Concat(pieces.Select(piece => piece + "\n")));
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Wrote '{path}': {pieces.Count:N0} pieces from {words.Counts.Count:N0} distinct words."));
            if (parsed.GetValue(json)) JsonResult.Write(new Result(path, pieces.Count, words.Counts.Count));
            return ExitCodes.Success;
        });
        return command;
    }
}
