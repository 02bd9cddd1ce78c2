using System.CommandLine;
using System.CommandLine.Parsing;
using RctOnnx.Cli.Loading;
using RctOnnx.Cli.Providers;
using RctOnnx.Cli.Rows;
using RctOnnx.CommandLine;
using RctOnnx.Data;
using RctOnnx.Onnx;
using RctOnnx.Runtime;

namespace RctOnnx.Cli.Classify;

/// <summary>The verb <c>classify</c>: texts in, labels out.</summary>
internal static class ClassifyCommand
{
    private const string Standard = RowInput.StandardInput; // also names standard output

    public static Command Create()
    {
        ProviderArguments provider = new();
        Argument<string[]> texts = new("TEXT") { Description = "Texts to classify, in place of --input.", Arity = ArgumentArity.ZeroOrMore };
        Option<string?> model = new("--model", "-m") { Description = "The .onnx file. Where not given, the model for medical abstracts that comes with the program.", HelpName = "FILE" };
        Option<string?> input = new("--input", "-i") { Description = "Where the texts are; - is standard input.", HelpName = "FILE|-" };
        Option<DataFormat?> inputFormat = new("--input-format") { Description = "Form of the input. By its name where not given; standard input is text, one a line.", HelpName = "text|tsv|tabs|csv|rct|jsonl|parquet" };
        Option<string> output = new("--output", "-o") { Description = "Where the answers go; - is standard output.", HelpName = "FILE|-", DefaultValueFactory = _ => Standard };
        Option<AnswerFormat?> outputFormat = new("--output-format") { Description = "Form of the answers. By the name of the output where not given, else jsonl.", HelpName = "jsonl|tsv" };
        Option<string> textColumn = new("--text-column") { Description = "Column or property of the text. Default: text.", DefaultValueFactory = _ => "text" };
        Option<string?> pairColumn = new("--pair-column") { Description = "Column or property of the second text, for models of pairs." };
        Option<string?> groupColumn = new("--group-column") { Description = "Column or property of what belongs to one document, for document models: rows of one group that follow one another." };
        Option<string?> task = new("--task") { Description = "Which task of a file of several; all of them where not given.", HelpName = "NAME" };
        Option<int?> topK = new("--top-k") { Description = "How many scores a JSON answer carries; all where not given." };
        Option<LongTextPolicy?> longText = new("--long-text") { Description = "What happens to texts over the limit; what the model says where not given.", HelpName = "error|truncate|window" };
        Option<int?> maxLength = new("--max-length") { Description = "Longest sequence in tokens, at most the model's limit." };
        Option<int?> threads = new("--threads") { Description = "Processor threads; all cores where not given." };
        Option<bool> parseSpecial = new("--parse-special-tokens") { Description = "Read [SEP] and its like in a text as special tokens, not as text." };
        Option<bool> echo = new("--echo") { Description = "Repeat the text in each answer." };
        Command command = new("classify", """
            Names the label of each text. Input of any size is read, classified and written piece by piece, in order, in constant memory.

            A JSON answer has label, score, scores (by label), tokens (of the whole text) and truncated; also labels for models that
            name several, windows where a long text was read in parts, text with --echo. An output file appears when all is done.

            A document model reads the sentences of an abstract (in English) together. Texts, lines and rows of tables, an abstract each, are
            taken apart into sentences, blank lines left out; rows of an RCT file and rows with --group-column are sentences already. The answers, one a
            sentence, have document, sentence and text, also without --echo; truncated says that a long sentence was cut, which --long-text error refuses.

            Of a file of several tasks a JSON answer has tasks, by name, each with label, score and scores; a table has columns with the name of
            the task and a colon before them. --task answers one of them alone.

            Examples:
              rctonnx classify --input abstracts.txt
              rctonnx classify --model model.onnx "Patients were randomised to two groups."
              rctonnx classify --model model.onnx --input abstracts.tsv --output answers.jsonl
              zcat sentences.gz | rctonnx classify --model model.onnx --input - --output-format tsv | cut -f1

            Exit codes: 0 done, 2 options, 3 input, 4 model, 5 provider, 6 output, 130 stopped.
            """)
        { texts, model, input, inputFormat, output, outputFormat, textColumn, pairColumn, groupColumn, task, topK, longText, maxLength, threads, parseSpecial, echo };
        provider.AddTo(command);
        command.SetWork((parsed, token) =>
        {
            string[] given = parsed.GetValue(texts) ?? [];
            if (parsed.Tokens.All(one => one.Type != TokenType.DoubleDash) && Array.Find(given, text => text.StartsWith("--", StringComparison.Ordinal)) is { } unknown)
                throw new SettingsException($"The option '{unknown}' is not known; see 'rctonnx classify --help'. A text that starts with dashes goes behind '--'.");
            string? source = parsed.GetValue(input);
            if (given.Length > 0 == source is not null)
                throw new SettingsException(source is null ? "There is nothing to classify: name texts, or --input FILE, or --input - for standard input." : "Both texts and --input are given; one of them is expected.");
            ColumnNames columns = new() { Text = parsed.GetValue(textColumn)!, Label = null, Pair = parsed.GetValue(pairColumn), Group = parsed.GetValue(groupColumn) };
            using TextClassifier classifier = NativeHeap.Load(() => TextClassifier.Load(ShippedModel.Or(parsed.GetValue(model), Console.Error.WriteLine), provider.Read(parsed) with
            {
                TopK = null,
                TaskName = parsed.GetValue(task),
                LongText = parsed.GetValue(longText),
                MaxLength = parsed.GetValue(maxLength),
                Threads = parsed.GetValue(threads),
                ParseSpecialTokens = parsed.GetValue(parseSpecial),
            }));
            int? shown = parsed.GetValue(topK);
            if (shown < 1) throw new SettingsException($"--top-k is {shown}, expected at least 1.");
            string target = parsed.GetValue(output)!;
            AnswerFormat format = parsed.GetValue(outputFormat) ?? (Path.GetExtension(target).ToLowerInvariant() == ".tsv" ? AnswerFormat.Tsv : AnswerFormat.Jsonl);
            ClassifyRun run = new(classifier, new AnswerWriter(format, classifier, shown, parsed.GetValue(echo) || classifier.ReadsDocuments, parsed.GetValue(task) is null ? classifier.Tasks : []));

            DataFormat? form = source is null ? null : parsed.GetValue(inputFormat) ?? (source == Standard ? DataFormat.Text : TextDataset.FormatOf(source));
            DocumentColumns.Check(classifier.ReadsDocuments, columns, form, needsGroups: false);
            RowInput rows = source is null ? RowInput.Of(given) : RowInput.Open(source, form, columns);
            if (classifier.ReadsDocuments && columns.Group is null && form != DataFormat.Rct) rows = rows.Divided(skipsBlank: form == DataFormat.Text);
            OutputTarget.Write(target, write => source is null || (target == Standard && !Console.IsOutputRedirected)
                ? run.Execute(rows, write, null, token) // the answers themselves show how far it is
                : Progress(rows, run, progress => run.Execute(rows, write, progress, token)));
            return ExitCodes.Success;
        });
        return command;
    }

    private static long Progress(RowInput input, ClassifyRun run, Func<IWorkProgress, long> work) => input.Length is not null
        ? ConsoleProgress.Run("Classifying", () => run.Share, "texts", work)
        : ConsoleProgress.Run("Classifying", null, "texts", work);
}
