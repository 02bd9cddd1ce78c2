using System.CommandLine;
using System.Diagnostics;
using RctOnnx.Cli.Loading;
using RctOnnx.Cli.Providers;
using RctOnnx.Cli.Rows;
using RctOnnx.CommandLine;
using RctOnnx.Data;
using RctOnnx.Onnx;
using RctOnnx.Runtime;

namespace RctOnnx.Cli.Evaluate;

/// <summary>The verb <c>evaluate</c>: a model file against labelled data.</summary>
internal static class EvaluateCommand
{
    public static Command Create()
    {
        ProviderArguments provider = new();
        Option<string> model = new("--model", "-m") { Description = "The .onnx file.", Required = true, HelpName = "FILE" };
        Option<string> data = new("--data", "-d") { Description = "Labelled rows: RCT text, TSV, CSV, JSONL or Parquet.", Required = true, HelpName = "FILE" };
        Option<DataFormat?> format = new("--format") { Description = "Form of the data. By its name where not given.", HelpName = "tsv|tabs|csv|rct|jsonl|parquet" };
        Option<string> textColumn = new("--text-column") { Description = "Column or property of the text. Default: text.", DefaultValueFactory = _ => "text" };
        Option<string> labelColumn = new("--label-column") { Description = "Column or property of the label, or of the value for regression. Default: label.", DefaultValueFactory = _ => "label" };
        Option<string[]> labelColumns = new("--label-columns") { Description = "Columns or properties of 0 and 1, one a label, in place of --label-column, for models of several labels.", HelpName = "NAME", AllowMultipleArgumentsPerToken = true };
        Option<string?> pairColumn = new("--pair-column") { Description = "Column or property of the second text, for models of pairs." };
        Option<string?> groupColumn = new("--group-column") { Description = "Column or property of what belongs to one document, for document models; RCT files have it by themselves." };
        Option<string?> task = new("--task") { Description = "Which task of a file of several the labels are of.", HelpName = "NAME" };
        Option<LongTextPolicy?> longText = new("--long-text") { Description = "What happens to texts over the limit; what the model says where not given.", HelpName = "error|truncate|window" };
        Option<int?> threads = new("--threads") { Description = "Processor threads; all cores where not given." };
        Option<bool> intervals = new("--intervals") { Description = "Say where accuracy and macro F1 lie with 95 % probability for other texts of the kind (bootstrap over rows, 1,000 rounds)." };
        Option<bool> json = new("--json") { Description = "Print one JSON object instead of the table." };
        Command command = new("evaluate", """
            Asks a model file about labelled rows in ONNX Runtime and compares: accuracy, precision, recall and F1 of every label and their
            means, the confusion matrix, kappa with quadratic weights; for several labels a text (joined by | in the data, or columns of 0 and 1)
            exact matches and the same by label; errors and correlations for regression, and rounded where the data has whole numbers only. The rates are those of the whole way, from text to label.

            Examples:
              rctonnx evaluate --model model.onnx --data test.txt
              rctonnx evaluate --model model.onnx --data test.txt --intervals
              rctonnx evaluate --model model.onnx --data test.tsv --json | jq .accuracy

            Exit codes: 0 done, 2 options, 3 data, 4 model, 5 provider, 130 stopped.
            """)
        { model, data, format, textColumn, labelColumn, labelColumns, pairColumn, groupColumn, task, longText, threads, intervals, json };
        provider.AddTo(command);
        command.SetWork((parsed, token) =>
        {
            string path = parsed.GetRequiredValue(data);
            ColumnNames columns = new() { Text = parsed.GetValue(textColumn)!, Label = parsed.GetValue(labelColumn), Pair = parsed.GetValue(pairColumn), Group = parsed.GetValue(groupColumn), Flags = parsed.GetValue(labelColumns) is { Length: > 0 } flags ? flags : null };
            using TextClassifier classifier = NativeHeap.Load(() => TextClassifier.Load(parsed.GetRequiredValue(model), provider.Read(parsed) with { Threads = parsed.GetValue(threads), TaskName = parsed.GetValue(task), LongText = parsed.GetValue(longText) }));
            TaskChoice.Require(parsed.GetRequiredValue(model), classifier.Tasks, parsed.GetValue(task));
            DocumentColumns.Check(classifier.ReadsDocuments, columns, parsed.GetValue(format) ?? TextDataset.FormatOf(path), needsGroups: true);
            Comparison comparison = Comparison.Of(classifier.ProblemType, classifier.Labels, parsed.GetValue(intervals));
            TimeSpan elapsed = ConsoleProgress.Run("Evaluating", null, "texts", progress =>
                Ask(classifier, RowInput.Open(path, parsed.GetValue(format), columns), comparison, progress, token));
            EvaluationSummary summary = comparison.Summarise(parsed.GetRequiredValue(model), path, elapsed);
            if (parsed.GetValue(json)) JsonResult.Write(summary);
            else summary.WriteTable(Console.Out);
            return ExitCodes.Success;
        });
        return command;
    }

    // Rows are checked before the model is asked about them; the time is that of the whole way, in which the next rows are read meanwhile.
    private static TimeSpan Ask(TextClassifier classifier, RowInput rows, Comparison comparison, IWorkProgress progress, CancellationToken token)
    {
        long start = Stopwatch.GetTimestamp();
        foreach (RowAnswers chunk in RowAnswers.Of(classifier, rows, token, comparison.Check))
        {
            for (int i = 0; i < chunk.Rows.Count; i++) comparison.Add(chunk.Rows[i], chunk.Answers[i]);
            progress.Advance(chunk.Rows.Count);
        }
        return Stopwatch.GetElapsedTime(start);
    }
}
