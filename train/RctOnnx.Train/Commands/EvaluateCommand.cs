using System.CommandLine;
using System.Globalization;
using RctOnnx.CommandLine;
using RctOnnx.Data;
using RctOnnx.Data.Metrics;
using RctOnnx.Onnx;
using RctOnnx.Runtime.Tokenization;
using RctOnnx.Train.Bases;
using RctOnnx.Train.Evaluation;
using RctOnnx.Train.Examples;
using RctOnnx.Train.Modules;
using RctOnnx.Train.Settings;
using RctOnnx.Train.Training;
using RctOnnx.Weights;
using Spectre.Console;
using TorchSharp;

namespace RctOnnx.Train.Commands;

/// <summary>The verb <c>evaluate</c>: a classifier in TorchSharp against labelled data.</summary>
internal static class EvaluateCommand
{
    private sealed record Result(
        string Model, string Data, long Count, double Loss, double? Accuracy, double? QuadraticWeightedKappa, double? ExpectedCalibrationError, double? ExactMatch, ClassMetrics? Macro, ClassMetrics? Micro,
        ClassMetrics? Weighted, IReadOnlyDictionary<string, ClassMetrics>? PerLabel, IReadOnlyList<IReadOnlyList<long>>? ConfusionMatrix, RegressionMetrics? Regression,
        ClassificationMetrics? Rounded, long Truncated);

    public static Command Create()
    {
        Option<string> model = new("--model", "-m") { Description = "A model file of this product, or a Hugging Face folder of a fine-tuned classifier.", Required = true, HelpName = "FILE.onnx|FOLDER" };
        Option<string> data = new("--data", "-d") { Description = "Labelled rows: RCT text, TSV, CSV, JSONL or Parquet.", Required = true, HelpName = "FILE" };
        Option<string> textColumn = new("--text-column") { Description = "Column or property of the text. Default: text.", DefaultValueFactory = _ => "text" };
        Option<string> labelColumn = new("--label-column") { Description = "Column or property of the label. Default: label.", DefaultValueFactory = _ => "label" };
        Option<string[]> labelColumns = new("--label-columns") { Description = "Columns or properties of 0 and 1, one a label, in place of --label-column, for models of several labels.", HelpName = "NAME", AllowMultipleArgumentsPerToken = true };
        Option<string?> pairColumn = new("--pair-column") { Description = "Column or property of the second text of a pair." };
        Option<string?> groupColumn = new("--group-column") { Description = "Column or property of what belongs to one document, for document models." };
        Option<int?> maxLength = new("--max-length") { Description = "Longest sequence in tokens; the model's limit where not given." };
        Option<DataFormat?> format = new("--data-format") { Description = "Form of the data, where its name does not tell.", HelpName = "tsv|tabs|csv|jsonl|parquet|rct" };
        Option<string?> task = new("--task") { Description = "Which task of a file of several.", HelpName = "NAME" };
        Option<int?> threads = new("--threads") { Description = "Threads of the processor; all where not given." };
        Option<bool> noPickle = new("--no-pickle") { Description = "Refuse weights that are a PyTorch pickle (.bin). Pickles are read without being run, and only where there are no safetensors." };
        Option<bool> json = new("--json") { Description = "End standard output with one JSON object." };
        Command command = new("evaluate", """
            Asks a classifier about labelled rows in TorchSharp (fp32, no dropout) and prints loss, accuracy, and precision, recall and
            F1 of every label. 'rctonnx evaluate' does it in ONNX Runtime, without TorchSharp and faster.

            Example:
              rctonnx-train evaluate --model my-run/model.onnx --data test.txt

            Exit codes: 0 done, 2 options, 3 data, 4 model, 130 stopped.
            """)
        { model, data, format, textColumn, labelColumn, labelColumns, pairColumn, groupColumn, maxLength, task, threads, noPickle, json };
        command.SetWork((parsed, token) =>
        {
            using TorchThreads used = TorchThreads.Use(parsed.GetValue(threads));
            ModelArtifact artifact = BaseModel.LoadClassifier(
                parsed.GetRequiredValue(model), new WeightsOptions { AllowPickle = !parsed.GetValue(noPickle) }, Console.Error.WriteLine, parsed.GetValue(task));
            if (artifact.ProblemType == ProblemType.Regression && artifact.Labels.Count != 1)
                throw new SettingsException($"'{parsed.GetRequiredValue(model)}' answers {artifact.Labels.Count} values a text ({string.Join(", ", artifact.Labels)}); this verb compares one.");
            int limit = parsed.GetValue(maxLength) ?? artifact.MaxLength;
            if (limit < 3 || limit > artifact.Encoder.PositionCount)
                throw new SettingsException($"max-length is {limit}, expected 3 to {artifact.Encoder.PositionCount}, the positions of this model.");
            string path = parsed.GetRequiredValue(data);
            ColumnNames columns = new() { Text = parsed.GetValue(textColumn)!, Label = parsed.GetValue(labelColumn), Pair = parsed.GetValue(pairColumn), Group = parsed.GetValue(groupColumn), Flags = parsed.GetValue(labelColumns) is { Length: > 0 } flags ? flags : null };
            WordPieceTokenizer tokenizer = WordPieceTokenizer.Create(artifact.Vocabulary, artifact.Tokenizer);
            ExampleSet examples = new ExampleReader(tokenizer, new LabelSet(artifact.Labels), limit, artifact.ProblemType, artifact.Document, artifact.PairEncoding is not null).Read(path, TextDataset.Read(path, parsed.GetValue(format), columns), keepTexts: false);
            using DisposeScope scope = torch.NewDisposeScope();
            using ClassifierModel classifier = ClassifierModel.Of(artifact);
            classifier.LoadWeights(artifact.Weights);
            torch.Device device = TorchDevice.Of(DeviceChoice.Auto);
            classifier.to(device);
            EvaluationResult result = ConsoleProgress.Run("Evaluating", examples.Tokens.RowCount, artifact.Document is null ? "sentences" : "rows",
                progress => Evaluator.Run(classifier, device, examples, tokenizer.PadId, progress, token, thresholds: artifact.Calibration.Thresholds));
            Print(artifact, result, examples);
            if (parsed.GetValue(json)) JsonResult.Write(ResultOf(parsed.GetRequiredValue(model), path, artifact, result, examples));
            return ExitCodes.Success;
        });
        return command;
    }

    private static Result ResultOf(string model, string data, ModelArtifact artifact, EvaluationResult result, ExampleSet examples)
    {
        TaskFigures figures = result.Figures;
        ClassificationMetrics? classes = figures.Values is null ? figures.Classes : null;
        return new Result(model, data, examples.AnswerCount, result.Loss, classes?.Accuracy, classes?.QuadraticWeightedKappa, CalibrationOf(artifact, result, examples), figures.Sets?.ExactMatch,
            classes?.Macro ?? figures.Sets?.Macro, classes?.Micro ?? figures.Sets?.Micro, classes?.Weighted ?? figures.Sets?.Weighted,
            (classes?.PerClass ?? figures.Sets?.PerLabel)?.Zip(artifact.Labels).ToDictionary(pair => pair.Second, pair => pair.First),
            classes?.ConfusionMatrix, figures.Values, figures.Values is null ? null : figures.Classes, examples.TruncatedCount);
    }

    private static double? CalibrationOf(ModelArtifact artifact, EvaluationResult result, ExampleSet examples) => examples.Classes.Count == 0 ? null
        : CalibrationMetrics.Compute(result.Logits, examples.Classes, artifact.Labels.Count, artifact.Calibration.Temperature).ExpectedCalibrationError;

    private static void Print(ModelArtifact artifact, EvaluationResult result, ExampleSet examples)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        if (FigureTable.Labels(artifact.Labels, result.Figures) is { } table) console.Write(table);
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{examples.AnswerCount:N0} rows: {string.Join(", ", FigureTable.Headline(result).Select(one => $"{one.Name} {one.Value}"))}{(CalibrationOf(artifact, result, examples) is { } error ? string.Create(CultureInfo.InvariantCulture, $", calibration error {error:P2}") : "")}, loss {result.Loss:F4}; {examples.TruncatedCount:N0} were cut at the limit."));
    }
}
