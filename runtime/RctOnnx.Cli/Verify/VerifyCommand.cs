using System.CommandLine;
using System.Diagnostics;
using RctOnnx.Cli.Providers;
using RctOnnx.Cli.Rows;
using RctOnnx.CommandLine;
using RctOnnx.Data;
using RctOnnx.Onnx;
using RctOnnx.Runtime;

namespace RctOnnx.Cli.Verify;

/// <summary>The verb <c>verify</c>: whether a provider answers as the CPU does.</summary>
internal static class VerifyCommand
{
    private const double Fp32Tolerance = 1e-3, Fp16Tolerance = 5e-2;

    private sealed record Answers(float[] Logits, string[] Labels, int Count, double SentencesPerSecond);

    public static Command Create()
    {
        ProviderArguments provider = new();
        Option<string> model = new("--model", "-m") { Description = "The .onnx file.", Required = true, HelpName = "FILE" };
        Option<string?> data = new("--data", "-d") { Description = "Texts to compare; a built-in passage in pieces of every length where not given.", HelpName = "FILE" };
        Option<DataFormat?> format = new("--format") { Description = "Form of the data. By its name where not given.", HelpName = "text|tsv|tabs|csv|rct|jsonl|parquet" };
        Option<string> textColumn = new("--text-column") { Description = "Column or property of the text. Default: text.", DefaultValueFactory = _ => "text" };
        Option<string?> pairColumn = new("--pair-column") { Description = "Column or property of the second text, for models of pairs." };
        Option<double?> tolerance = new("--tolerance") { Description = "Largest difference of a logit, relative above 1. Default: 0.001 in fp32, 0.05 in fp16, none where int8 is compared." };
        Option<int?> threads = new("--threads") { Description = "Processor threads; all cores where not given." };
        Option<bool> json = new("--json") { Description = "Print one JSON object instead of the table." };
        Command command = new("verify", """
            Runs a model on a provider and on the CPU and compares the logits of the same texts; says on which provider ONNX Runtime
            computed how many nodes, and the rates of both, measured in a second pass. With --provider cpu and a dialect of another provider
            the graph is checked on the CPU, as far as that can be.

            Examples:
              rctonnx verify --model model.onnx --provider cuda
              rctonnx verify --model model.onnx --provider cuda --dialect CudaFp32 --data test.txt
              rctonnx verify --model model.onnx --provider coreml --coreml-cache cache
              rctonnx verify --model model.onnx --dialect CudaFp16

            Exit codes: 0 the answers agree, 2 options, 3 data, 4 model, 5 provider, 7 the answers differ, 130 stopped.
            """)
        { model, data, format, textColumn, pairColumn, tolerance, threads, json };
        provider.AddTo(command);
        command.SetWork((parsed, token) =>
        {
            string path = parsed.GetRequiredValue(model);
            ColumnNames columns = new() { Text = parsed.GetValue(textColumn)!, Label = null, Pair = parsed.GetValue(pairColumn) };
            TextClassifierOptions options = provider.Read(parsed) with { Threads = parsed.GetValue(threads) };
            using TextClassifier tried = TextClassifier.Load(path, options);
            using TextClassifier cpu = TextClassifier.Load(path, new TextClassifierOptions { Threads = options.Threads });
            string? source = parsed.GetValue(data);
            VerifySummary summary = ConsoleProgress.Run("Comparing", null, "texts", progress =>
            {
                Answers expected = Ask(cpu, Rows, progress, token), found = Ask(tried, Rows, progress, token);
                return Summarise(path, tried, cpu, found, expected, parsed.GetValue(tolerance));
            });
            if (parsed.GetValue(json)) JsonResult.Write(summary);
            else summary.WriteTable(Console.Out);
            if (!summary.Passed) Console.Error.WriteLine($"The answers of {summary.Provider} differ from those of the CPU by more than is allowed.");
            return summary.Passed ? ExitCodes.Success : ExitCodes.GateFailed;

            RowInput Rows() => source is null ? RowInput.Of(VerifyTexts.All) : RowInput.Open(source, parsed.GetValue(format), columns);
        });
        return command;
    }

    // Shapes are met for the first time in the first pass, which may compile or record them; the second one is timed.
    private static Answers Ask(TextClassifier classifier, Func<RowInput> rows, IWorkProgress progress, CancellationToken token)
    {
        List<float> logits = [];
        List<string> labels = []; // values have none
        int count = 0;
        foreach (RowAnswers chunk in RowAnswers.Of(classifier, rows(), token, allTasks: true))
        {
            foreach ((Classification answer, ProblemType problem) in chunk.Tasks?.SelectMany(all => classifier.Tasks.Select(task => (all[task.Name], task.ProblemType))) ?? chunk.Answers.Select(answer => (answer, classifier.ProblemType)))
            {
                logits.AddRange(answer.Logits);
                if (problem != ProblemType.Regression) labels.Add(string.Join('\n', answer.Labels));
            }
            count += chunk.Rows.Count;
            progress.Advance(chunk.Rows.Count);
        }
        if (count == 0) throw new DataException("The data has no rows to compare. Name another file.");
        long start = Stopwatch.GetTimestamp();
        foreach (RowAnswers chunk in RowAnswers.Of(classifier, rows(), token)) progress.Advance(chunk.Rows.Count);
        return new Answers([.. logits], [.. labels], count, count / Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    private static VerifySummary Summarise(string model, TextClassifier tried, TextClassifier cpu, Answers found, Answers expected, double? tolerance)
    {
        GraphDialect dialect = tried.Provider.Dialect, reference = cpu.Provider.Dialect;
        bool roundsOtherwise = EncoderGraph.IsInt8(reference) && dialect != reference;
        double largest = 0, sum = 0;
        for (int i = 0; i < expected.Logits.Length; i++)
        {
            double difference = Math.Abs(found.Logits[i] - expected.Logits[i]) / Math.Max(1, Math.Abs(expected.Logits[i]));
            (largest, sum) = (Math.Max(largest, difference), sum + difference);
        }
        return new VerifySummary
        {
            Model = model,
            Provider = tried.Provider.Provider,
            Dialect = dialect,
            Nodes = tried.Provider.Nodes,
            ReferenceDialect = reference,
            Count = expected.Count,
            LargestDifference = largest,
            MeanDifference = sum / expected.Logits.Length,
            Allowed = tolerance ?? (roundsOtherwise ? null : dialect is GraphDialect.CudaFp16 or GraphDialect.CoreMlFp16 ? Fp16Tolerance : Fp32Tolerance),
            LabelAgreement = expected.Labels.Length == 0 ? null : expected.Labels.Zip(found.Labels).Count(pair => pair.First == pair.Second) / (double)expected.Labels.Length,
            SentencesPerSecond = found.SentencesPerSecond,
            ReferenceSentencesPerSecond = expected.SentencesPerSecond,
        };
    }
}
