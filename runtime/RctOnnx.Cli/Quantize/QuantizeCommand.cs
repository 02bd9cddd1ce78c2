using System.CommandLine;
using RctOnnx.CommandLine;
using RctOnnx.Onnx;
using RctOnnx.Runtime.Quantization;

namespace RctOnnx.Cli.Quantize;

/// <summary>The verb <c>quantize</c>: an fp32 model file becomes an int8 one.</summary>
internal static class QuantizeCommand
{
    public static Command Create()
    {
        DataArguments data = new();
        Option<string> model = new("--model", "-m") { Description = "The fp32 .onnx file.", Required = true, HelpName = "FILE" };
        Option<string> output = new("--output", "-o") { Description = "The int8 .onnx file.", Required = true, HelpName = "FILE" };
        Option<double> maxDrop = new("--max-drop") { Description = "Allowed drop on the dev rows, in hundredths. Default: 0.3.", DefaultValueFactory = _ => 0.3 };
        Option<int> bits = new("--weight-bits") { Description = "7 is safe on every processor; 8 is finer, but saturates on x86 without VNNI. Default: 7.", DefaultValueFactory = _ => 7 };
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
              rctonnx quantize --model questions.onnx --calibration train.jsonl --evaluate dev.jsonl --output questions.int8.onnx
              rctonnx quantize --model masked_lm.onnx --calibration corpus.txt --output masked_lm.int8.onnx

            Exit codes: 0 done, 2 options, 3 data, 4 model, 6 output, 7 accuracy drops too far, 130 stopped.
            """)
        { model, output, maxDrop, bits, threads, json };
        data.AddTo(command);
        command.SetWork((parsed, token) =>
        {
            string source = parsed.GetRequiredValue(model), target = parsed.GetRequiredValue(output);
            if (Directory.Exists(target)) throw new OutputException($"Cannot write '{target}': it is a folder. Name a file that ends in .onnx.");
            if (parsed.GetValue(bits) is not (7 or 8)) throw new SettingsException($"--weight-bits is {parsed.GetValue(bits)}, expected 7 or 8.");
            if (!(parsed.GetValue(maxDrop) >= 0)) throw new SettingsException($"--max-drop is {parsed.GetValue(maxDrop)}, expected 0 or more points.");
            if (parsed.GetValue(threads) < 1) throw new SettingsException($"--threads is {parsed.GetValue(threads)}, expected at least 1.");
            ModelArtifact artifact = ModelFile.Read(source).RequireArtifact();
            if (artifact.Head.Kind == HeadKind.None) throw new ModelFileException($"'{source}' is an encoder without a task: int8 is judged by its answers. Train it with a head first.");
            QuantizeData read = data.Read(parsed, source, artifact);
            QuantizationOptions options = new()
            {
                Calibration = read.Calibration,
                Dev = read.Dev,
                Figure = read.Figure,
                TaskName = data.Task(parsed),
                Questions = data.Questions(parsed),
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
                DevTexts = result.Answers,
                Agreement = result.Agreement,
                Figure = read.Figure?.Name,
                Before = result.Before,
                After = result.After,
            };
            if (parsed.GetValue(json)) JsonResult.Write(summary);
            else summary.WriteTable(Console.Out);
            return ExitCodes.Success;
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
