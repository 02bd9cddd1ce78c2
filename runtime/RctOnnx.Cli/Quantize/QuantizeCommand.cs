using System.CommandLine;
using RctOnnx.Cli.Rows;
using RctOnnx.CommandLine;
using RctOnnx.Data;
using RctOnnx.Onnx;
using RctOnnx.Runtime;
using RctOnnx.Runtime.Quantization;

namespace RctOnnx.Cli.Quantize;

/// <summary>The verb <c>quantize</c>: an fp32 model file becomes an int8 one.</summary>
internal static class QuantizeCommand
{
    public static Command Create()
    {
        Option<string> model = new("--model", "-m") { Description = "The fp32 .onnx file.", Required = true, HelpName = "FILE" };
        Option<string> calibration = new("--calibration") { Description = "Texts of the task, labels not needed: they set the ranges of the activations.", Required = true, HelpName = "FILE" };
        Option<string> output = new("--output", "-o") { Description = "The int8 .onnx file.", Required = true, HelpName = "FILE" };
        Option<string?> evaluate = new("--evaluate") { Description = "Labelled dev rows: candidates are compared on them, and the drop of accuracy (micro F1 of several labels a text, kappa of ordered ones, Pearson of values) is limited.", HelpName = "FILE" };
        Option<double> maxDrop = new("--max-drop") { Description = "Allowed drop on the dev rows, in hundredths. Default: 0.3.", DefaultValueFactory = _ => 0.3 };
        Option<string?> pairColumn = new("--pair-column") { Description = "Column or property of the second text, for models that read pairs by two encoders." };
        Option<string?> groupColumn = new("--group-column") { Description = "Column or property of what belongs to one document, for document models; RCT files have it by themselves." };
        Option<int> texts = new("--calibration-texts") { Description = "How many texts (of a document model sentences) of the calibration file are used, from its start. Default: 1000.", DefaultValueFactory = _ => 1000 };
        Option<int> bits = new("--weight-bits") { Description = "7 is safe on every processor; 8 is finer, but saturates on x86 without VNNI. Default: 7.", DefaultValueFactory = _ => 7 };
        Option<DataFormat?> format = new("--format") { Description = "Form of both files. By their names where not given.", HelpName = "tsv|csv|rct|jsonl|parquet|text" };
        Option<string> textColumn = new("--text-column") { Description = "Column or property of the text. Default: text.", DefaultValueFactory = _ => "text" };
        Option<string> labelColumn = new("--label-column") { Description = "Column or property of the label. Default: label.", DefaultValueFactory = _ => "label" };
        Option<string[]> labelColumns = new("--label-columns") { Description = "Columns or properties of 0 and 1, one a label, in place of --label-column, for models of several labels.", HelpName = "NAME", AllowMultipleArgumentsPerToken = true };
        Option<string?> task = new("--task") { Description = "Which task of a file of several the rows of --evaluate have labels of; the logits of all tasks are compared.", HelpName = "NAME" };
        Option<int?> threads = new("--threads") { Description = "Processor threads; all cores where not given." };
        Option<bool> json = new("--json") { Description = "Print one JSON object instead of the table." };
        Command command = new("quantize", """
            Makes an int8 file out of an fp32 one: int8 weights (a scale a column, for the word table a row), and uint8 activations with
            fixed scales that are calibrated on texts, so that an answer does not depend on the batch. Three ways to set the scales are
            tried, and the one nearest to the fp32 model on the dev rows (or the calibration texts) is taken. With --evaluate, layers
            that hurt go back to fp32 until the figure drops by no more than --max-drop; if that does not help, nothing is written.

            Examples:
              rctonnx quantize --model model.onnx --calibration train.txt --evaluate dev.txt --output model.int8.onnx
              rctonnx evaluate --model model.int8.onnx --data test.txt

            Exit codes: 0 done, 2 options, 3 data, 4 model, 6 output, 7 accuracy drops too far, 130 stopped.
            """)
        { model, calibration, output, evaluate, maxDrop, texts, bits, format, textColumn, labelColumn, labelColumns, pairColumn, groupColumn, task, threads, json };
        command.SetWork((parsed, token) =>
        {
            string source = parsed.GetRequiredValue(model), target = parsed.GetRequiredValue(output);
            if (Directory.Exists(target)) throw new OutputException($"Cannot write '{target}': it is a folder. Name a file that ends in .onnx.");
            if (parsed.GetValue(texts) < 1) throw new SettingsException($"--calibration-texts is {parsed.GetValue(texts)}, expected at least 1.");
            if (parsed.GetValue(bits) is not (7 or 8)) throw new SettingsException($"--weight-bits is {parsed.GetValue(bits)}, expected 7 or 8.");
            if (!(parsed.GetValue(maxDrop) >= 0)) throw new SettingsException($"--max-drop is {parsed.GetValue(maxDrop)}, expected 0 or more points.");
            if (parsed.GetValue(threads) < 1) throw new SettingsException($"--threads is {parsed.GetValue(threads)}, expected at least 1.");
            ModelArtifact artifact = ModelFile.Read(source).RequireArtifact();
            if (artifact.ProblemType is ProblemType.QuestionAnswering or ProblemType.MultipleChoice or ProblemType.MaskedLm)
                throw ModelKinds.Other(source, artifact.ProblemType, $"int8 is calibrated and judged on labels and values of texts, which it does not give. Run the fp32 file with '{ModelKinds.VerbOf(artifact.ProblemType)}'");
            if (artifact.Labels.Count == 0) throw new ModelFileException($"'{source}' is an encoder without a task: int8 is judged by its answers. Train it with a head first.");
            ColumnNames unlabelled = new() { Text = parsed.GetValue(textColumn)!, Label = null, Group = parsed.GetValue(groupColumn), Pair = parsed.GetValue(pairColumn) };
            if (artifact.PairEncoding is null != unlabelled.Pair is null)
                throw new SettingsException(unlabelled.Pair is null
                    ? $"'{source}' reads pairs by two encoders: name the column of the second text by --pair-column."
                    : $"--pair-column is '{unlabelled.Pair}', but '{source}' has one encoder, whose int8 form is calibrated on single texts. Leave it out.");
            foreach (string file in ((string?[])[parsed.GetRequiredValue(calibration), parsed.GetValue(evaluate)]).OfType<string>())
                DocumentColumns.Check(artifact.Document is not null, unlabelled, parsed.GetValue(format) ?? TextDataset.FormatOf(file), needsGroups: true);
            TextRow[] dev = parsed.GetValue(evaluate) is { } devPath
                ? [.. Rows(devPath, unlabelled with { Label = parsed.GetValue(labelColumn), Flags = parsed.GetValue(labelColumns) is { Length: > 0 } flags ? flags : null })] : [];
            if (parsed.GetValue(evaluate) is { } empty && dev.Length == 0) throw new DataException($"'{empty}' has no rows to evaluate on.");
            if (dev.Length > 0) TaskChoice.Require(source, artifact.Tasks, parsed.GetValue(task));
            DevFigure? figure = dev.Length == 0 ? null : DevFigures.Of(parsed.GetValue(task) is { } chosen ? TaskViews.Alone(artifact, chosen) : artifact, dev);
            QuantizationOptions options = new()
            {
                Calibration = Texts(Rows(parsed.GetRequiredValue(calibration), unlabelled).Take(parsed.GetValue(texts))),
                Dev = dev.Length == 0 ? null : Texts(dev),
                Figure = figure,
                TaskName = parsed.GetValue(task),
                MaxDrop = parsed.GetValue(maxDrop),
                WeightLimit = parsed.GetValue(bits) == 7 ? ModelQuantizer.SafeLimit : sbyte.MaxValue,
                Threads = parsed.GetValue(threads),
            };
            QuantizationResult result = Search(source, target, options, token);
            QuantizeSummary summary = new()
            {
                Model = source,
                Output = target,
                Bytes = ModelFile.Read(source).FileSize,
                OutputBytes = ModelFile.Read(target).FileSize,
                Method = result.Method,
                Errors = result.Errors.ToDictionary(pair => pair.Key.ToString(), pair => pair.Value),
                Fp32Inputs = result.Fp32Inputs,
                DevTexts = dev.Length > 0 ? dev.Length : artifact.PairEncoding is not null ? options.Calibration.Count : options.Calibration.Sum(text => text.Count),
                Agreement = result.Agreement,
                Figure = figure?.Name,
                Before = result.Before,
                After = result.After,
            };
            if (parsed.GetValue(json)) JsonResult.Write(summary);
            else summary.WriteTable(Console.Out);
            return ExitCodes.Success;

            IReadOnlyList<IReadOnlyList<string>> Texts(IEnumerable<TextRow> rows) => artifact.PairEncoding is not null
                ? [.. rows.Select(row => (IReadOnlyList<string>)[row.Text, row.Pair!])]
                : artifact.Document is null
                ? [.. rows.Select(row => (IReadOnlyList<string>)[row.Text])]
                : [.. TextDocuments.Of(rows).Select(document => (IReadOnlyList<string>)[.. document.Select(row => row.Text)])];

            IEnumerable<TextRow> Rows(string path, ColumnNames columns) => RowInput.Open(path, parsed.GetValue(format), columns).Read().Select(item => item.Row);
        });
        return command;
    }

    // Candidates lie beside the output, where there is room for them, until one is chosen.
    private static QuantizationResult Search(string source, string target, QuantizationOptions options, CancellationToken token)
    {
        string folder = $"{Path.GetFullPath(target)}.{Environment.ProcessId:x}.quantize";
        try
        {
            Directory.CreateDirectory(folder);
            double share = 0;
            QuantizationResult result = ConsoleProgress.Run("Quantizing", () => share, "texts", progress => QuantizationSearch.Run(source, options, folder, step =>
            {
                share = step.Share;
                progress.Describe($"Quantizing: {step.Step}");
                progress.Advance(step.Texts);
            }, token));
            ModelFile.Write(target, result.Artifact);
            return result;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new OutputException($"Cannot write '{target}': {e.Message} Choose another folder or free some space.", e);
        }
        finally
        {
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        }
    }
}
