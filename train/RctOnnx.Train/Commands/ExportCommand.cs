using System.CommandLine;
using System.Globalization;
using RctOnnx.CommandLine;
using RctOnnx.Onnx;
using RctOnnx.Train.Bases;
using RctOnnx.Train.Export;
using RctOnnx.Weights;

namespace RctOnnx.Train.Commands;

/// <summary>The verb <c>export</c>: a trained classifier becomes one proven model file.</summary>
internal static class ExportCommand
{
    private sealed record Result(string Output, IReadOnlyList<string> Labels, ProblemType ProblemType, int MaxLength, Proof Proof);

    public static Command Create()
    {
        Option<string> from = new("--from") { Description = "A Hugging Face checkpoint folder of a text classifier (config.json, weights, vocabulary), or a model file of this product.", Required = true, HelpName = "FOLDER|FILE" };
        Option<string> output = new("--output", "-o") { Description = "The model file to write.", Required = true, HelpName = "FILE.onnx" };
        Option<bool> noPickle = new("--no-pickle") { Description = "Refuse weights that are a PyTorch pickle (.bin). Pickles are read without being run, and only where there are no safetensors." };
        Option<bool> json = new("--json") { Description = "End standard output with one JSON object." };
        Command command = new("export", """
            Turns a fine-tuned BERT or ELECTRA classifier into one .onnx file that holds weights, vocabulary, labels and limits. Before
            it is written the graph is run in ONNX Runtime at every optimisation level, over several shapes and over sentences, and
            compared with TorchSharp (difference of a logit at most 1e-4, the same label every time). The evidence is recorded inside
            the file; if it fails nothing is written.

            Example:
              rctonnx-train export --from my-checkpoint --output model.onnx
            """)
        { from, output, noPickle, json };
        command.SetWork((parsed, _) =>
        {
            string path = parsed.GetRequiredValue(output);
            ModelArtifact proven = ModelExport.Write(path, BaseModel.LoadClassifier(parsed.GetRequiredValue(from), new WeightsOptions { AllowPickle = !parsed.GetValue(noPickle) }));
            Proof proof = proven.Proof!;
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"Wrote '{path}': {proven.Labels.Count} labels ({string.Join(", ", proven.Labels)}), at most {proven.MaxLength} tokens. Largest difference to TorchSharp {proof.LargestDifference:E1} over {proof.Shapes.Count} shapes, the same labels."));
            if (parsed.GetValue(json)) JsonResult.Write(new Result(path, proven.Labels, proven.ProblemType, proven.MaxLength, proof));
            return ExitCodes.Success;
        });
        return command;
    }
}
