using System.CommandLine;
using System.Globalization;
using RctOnnx.CommandLine;
using RctOnnx.Onnx;
using RctOnnx.Train.Averaging;
using RctOnnx.Train.Bases;
using RctOnnx.Train.Export;
using RctOnnx.Train.Reports;
using RctOnnx.Train.Training;

namespace RctOnnx.Train.Commands;

/// <summary>The verb <c>average</c>: several trained models become one.</summary>
internal static class AverageCommand
{
    private sealed record Result(string Output, int Models, IReadOnlyList<string> Labels, Proof Proof);

    public static Command Create()
    {
        Option<string[]> models = new("--models") { Description = "Model files or checkpoint folders of classifiers, two or more, fine-tuned from one base for the same labels.", Required = true, AllowMultipleArgumentsPerToken = true, HelpName = "FILE.onnx" };
        Option<string> output = new("--output", "-o") { Description = "The model file to write.", Required = true, HelpName = "FILE.onnx" };
        Option<int?> threads = new("--threads") { Description = "Threads of the processor; all where not given." };
        Option<bool> json = new("--json") { Description = "End standard output with one JSON object." };
        Command command = new("average", """
            Writes a model whose weights are the mean of those of several models: runs of one base with different seeds, settings or
            lengths. It is as fast as one of them. Measure it with 'evaluate' on dev before you keep it; models of different bases give
            nothing usable. Thresholds and temperature belong to single models and are left out. The file is proven and gets a
            card as by 'export'.

            Example:
              rctonnx-train average --models seed-1/model.onnx seed-2/model.onnx seed-3/model.onnx --output mean.onnx

            Exit codes: 0 done, 2 options or models that do not fit, 4 model, 6 output, 7 proof failed, 130 stopped.
            """)
        { models, output, threads, json };
        command.SetWork((parsed, token) =>
        {
            using TorchThreads used = TorchThreads.Use(parsed.GetValue(threads));
            string path = parsed.GetRequiredValue(output);
            (string, ModelArtifact)[] all = [.. parsed.GetRequiredValue(models).Select(name => (name, BaseModel.Load(name, tell: Console.Error.WriteLine, allTasks: true)))];
            ModelArtifact proven = ModelExport.Write(path, ModelAverage.Of(all), new ModelExportOptions { Threads = TorchSharp.torch.get_num_threads() }, token);
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"Wrote '{path}': the mean of {all.Length} models, labels {string.Join(", ", proven.Tasks.SelectMany(task => task.Labels))}. Largest difference to TorchSharp {proven.Proof!.LargestDifference:E1}."));
            FileCard.WriteBeside(path, proven, Console.Error.WriteLine);
            if (parsed.GetValue(json)) JsonResult.Write(new Result(path, all.Length, proven.Labels, proven.Proof));
            return ExitCodes.Success;
        });
        return command;
    }
}
