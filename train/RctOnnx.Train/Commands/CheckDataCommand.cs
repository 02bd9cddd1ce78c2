using System.CommandLine;
using System.Globalization;
using RctOnnx.CommandLine;
using RctOnnx.Data;
using RctOnnx.Runtime.Tokenization;
using RctOnnx.Train.Bases;
using RctOnnx.Train.Examples;
using Spectre.Console;

namespace RctOnnx.Train.Commands;

/// <summary>The verb <c>check-data</c>: what is in the data, and what is wrong with it.</summary>
internal static class CheckDataCommand
{
    private static readonly double[] Shares = [0.5, 0.9, 0.95, 0.99, 1];

    private sealed record SetResult(
        string Name, long Rows, IReadOnlyDictionary<string, long> Labels, long Unlabelled, long Empty, long Duplicates, long Conflicts,
        IReadOnlyDictionary<string, int> Lengths, long Truncated);

    private sealed record Result(bool Clean, string LengthUnit, IReadOnlyList<SetResult> Sets, IReadOnlyList<DataLeak> Leaks, IReadOnlyList<string> Errors, IReadOnlyList<string> Warnings);

    public static Command Create()
    {
        Option<string[]> train = new("--train") { Description = "Data to train on: RCT text, TSV, CSV, JSONL or Parquet. Several files may be named.", Required = true, AllowMultipleArgumentsPerToken = true, HelpName = "FILE" };
        Option<string?> dev = new("--dev") { Description = "Data to choose by.", HelpName = "FILE" };
        Option<string[]> test = new("--test") { Description = "Data for the final figures. Several files may be named.", AllowMultipleArgumentsPerToken = true, HelpName = "FILE" };
        Option<string?> tokens = new("--base") { Description = "Encoder whose tokenizer counts tokens: a Hugging Face folder or an .onnx file of ours. Without it words are counted.", HelpName = "FOLDER|FILE.onnx" };
        Option<int?> maxLength = new("--max-length") { Description = "Limit of the training, to see how many rows it cuts." };
        Option<DataFormat?> format = new("--data-format") { Description = "Form of all data files, where their names do not tell.", HelpName = "tsv|tabs|csv|jsonl|parquet|rct" };
        Option<string> textColumn = new("--text-column") { Description = "Column or property of the text. Default: text.", DefaultValueFactory = _ => "text" };
        Option<string> labelColumn = new("--label-column") { Description = "Column or property of the label. Default: label.", DefaultValueFactory = _ => "label" };
        Option<string?> pairColumn = new("--pair-column") { Description = "Column or property of the second text of a pair." };
        Option<string?> groupColumn = new("--group-column") { Description = "Column or property of what stays together in a split." };
        Option<double> devShare = new("--dev-share") { Description = "Share of the training rows that 'train' would keep for choosing, to see what leaks between the parts. Default: 0." };
        Option<double> testShare = new("--test-share") { Description = "Share of the training rows that 'train' would keep for the final figures. Default: 0." };
        Option<long> seed = new("--seed") { Description = "Of the split. Default: 1, as in 'train'.", DefaultValueFactory = _ => 1 };
        Option<bool> json = new("--json") { Description = "End standard output with one JSON object." };
        Command command = new("check-data", """
            Counts rows and labels, finds empty and repeated texts, texts that stand in two sets (a leak: the test figures would be too
            good), labels that training does not see, and rows that break the format (all of them, by file and line; twenty are listed); measures lengths and what a limit cuts.

            Example:
              rctonnx-train check-data --train train.txt --dev dev.txt --test test.txt --base all-MiniLM-L6-v2 --max-length 128
              rctonnx-train check-data --train all.tsv --group-column abstract --dev-share 0.1 --test-share 0.1

            Exit codes: 0 usable (there may be warnings), 2 options, 3 errors in the data, 4 tokenizer, 130 stopped.
            """)
        { train, dev, test, tokens, maxLength, format, textColumn, labelColumn, pairColumn, groupColumn, devShare, testShare, seed, json };
        command.SetWork((parsed, token) =>
        {
            ColumnNames columns = new() { Text = parsed.GetValue(textColumn)!, Label = parsed.GetValue(labelColumn), Pair = parsed.GetValue(pairColumn), Group = parsed.GetValue(groupColumn) };
            string? basePath = parsed.GetValue(tokens);
            int? limit = parsed.GetValue(maxLength);
            if (limit is not null && basePath is null) throw new SettingsException("--max-length counts tokens: add --base with the encoder whose tokenizer is meant.");
            if (limit < 3) throw new SettingsException($"--max-length is {limit}, expected at least 3: [CLS], one token, [SEP].");
            (double ofDev, double ofTest) = (parsed.GetValue(devShare), parsed.GetValue(testShare));
            string[] tests = parsed.GetValue(test) ?? [];
            if (ofDev != 0 && parsed.GetValue(dev) is not null) throw new SettingsException("Both a dev file and a dev share are given: one of them is expected.");
            if (ofTest != 0 && tests.Length > 0) throw new SettingsException("Both test files and a test share are given: one of them is expected.");
            DataCheck check = new(basePath is null ? Words : Tokens(BaseTokenizer.Load(basePath)), limit);
            ConsoleProgress.Run("Reading", null, "rows", progress =>
            {
                if (ofDev == 0 && ofTest == 0) check.Add("train", Files(parsed.GetRequiredValue(train)), OnRow);
                else check.AddSplit(Files(parsed.GetRequiredValue(train)), ofDev, ofTest, unchecked((ulong)parsed.GetValue(seed)), OnRow);
                if (parsed.GetValue(dev) is { } file) check.Add("dev", Files([file]), OnRow);
                foreach ((string name, string path) in TaskData.Names(tests).Zip(tests)) check.Add(name, Files([path]), OnRow);
                return true;

                IEnumerable<IEnumerable<TextRow>> Files(IEnumerable<string> paths) => paths.Select(path => Rows(path, parsed.GetValue(format), columns, check.Refuse, token));

                void OnRow() => progress.Advance(1);
            });
            DataCheckResult result = check.Finish();
            string unit = basePath is null ? "words" : "tokens";
            Print(result, unit, limit);
            if (parsed.GetValue(json)) JsonResult.Write(Json(result, unit));
            return result.Errors.Count == 0 ? ExitCodes.Success : ExitCodes.InputRefused;
        });
        return command;
    }

    // An iterator, so that a file whose form is not known is found where its rows are asked for, like a bad row.
    private static IEnumerable<TextRow> Rows(string path, DataFormat? format, ColumnNames columns, Action<DataException> onBadRow, CancellationToken token)
    {
        foreach (TextRow row in TextDataset.Read(path, format, columns, onBadRow))
        {
            token.ThrowIfCancellationRequested();
            yield return row;
        }
    }

    private static int Words(TextRow row) => Count(row.Text) + Count(row.Pair ?? "");

    private static int Count(string text) => text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length;

    private static Func<TextRow, int> Tokens(WordPieceTokenizer tokenizer) => row => tokenizer.Encode(row.Text, row.Pair).TokenCount;

    private static void Print(DataCheckResult result, string unit, int? limit)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        console.Profile.Width = Math.Max(console.Profile.Width, 120);
        Table table = new Table().AddColumns("set", "rows", "empty", "repeated", "other label", $"{unit}: p50", "p90", "p95", "p99", "longest", limit is null ? "cut" : $"cut at {limit}");
        foreach (CheckedSet set in result.Sets)
            table.AddRow([Markup.Escape(set.Name), Number(set.RowCount), Number(set.EmptyCount), Number(set.DuplicateCount), Number(set.ConflictCount),
                .. Shares.Select(share => Number(set.LengthAt(share))), limit is null ? "" : Share(set.TruncatedCount, set.RowCount)]);
        console.Write(table);
        Table labels = new Table().AddColumn("label");
        foreach (CheckedSet set in result.Sets) labels.AddColumn(Markup.Escape(set.Name));
        foreach (string label in result.Sets.SelectMany(set => set.Labels.Keys).Distinct().Order(StringComparer.Ordinal))
            labels.AddRow([Markup.Escape(label), .. result.Sets.Select(set => $"{Number(set.Labels.GetValueOrDefault(label))} ({Share(set.Labels.GetValueOrDefault(label), set.RowCount)})")]);
        console.Write(labels);
        foreach (string error in result.Errors) Console.Error.WriteLine("error: " + error);
        foreach (string warning in result.Warnings) Console.Error.WriteLine("warning: " + warning);
        Console.Error.WriteLine(result.Errors.Count > 0 ? "The data cannot be trained on as it is." : result.Warnings.Count > 0 ? "Usable; mind the warnings." : "Clean.");
    }

    private static Result Json(DataCheckResult result, string unit) => new(
        result.Errors.Count == 0 && result.Warnings.Count == 0, unit,
        [.. result.Sets.Select(set => new SetResult(set.Name, set.RowCount, set.Labels, set.UnlabelledCount, set.EmptyCount, set.DuplicateCount, set.ConflictCount,
            Shares.ToDictionary(share => share == 1 ? "max" : "p" + (int)Math.Round(share * 100), set.LengthAt), set.TruncatedCount))],
        result.Leaks, result.Errors, result.Warnings);

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Share(long part, long whole) => whole == 0 ? "–" : ((double)part / whole).ToString("P1", CultureInfo.InvariantCulture);
}
