using System.CommandLine;
using System.Globalization;
using RctOnnx.CommandLine;
using RctOnnx.Onnx;
using RctOnnx.Train.Bases;
using RctOnnx.Train.Export;
using RctOnnx.Train.Reports;
using RctOnnx.Train.Training;
using RctOnnx.Weights;
using RctOnnx.Weights.HuggingFace;

namespace RctOnnx.Train.Commands;

/// <summary>The verb <c>export</c>: a trained classifier becomes one proven model file.</summary>
internal static class ExportCommand
{
    private const string Onnx = "onnx", HuggingFace = "huggingface";

    private sealed record Result(string Output, IReadOnlyList<string> Labels, ProblemType ProblemType, int MaxLength, Proof Proof);

    private sealed record FolderResult(string Output, IReadOnlyList<string> Labels, ProblemType ProblemType, int MaxLength, IReadOnlyList<string> LeftOut);

    public static Command Create()
    {
        Option<string> from = new("--from") { Description = "A Hugging Face checkpoint folder of a fine-tuned model (config.json, weights, vocabulary), or a model file of this product.", Required = true, HelpName = "FOLDER|FILE" };
        Option<string> output = new("--output", "-o") { Description = "The model file to write; with --format huggingface a new folder.", Required = true, HelpName = "FILE.onnx|FOLDER" };
        Option<string> format = new("--format") { Description = "onnx: one proven file. huggingface: a checkpoint folder for transformers (config.json, model.safetensors, vocabulary, tokenizer).", DefaultValueFactory = _ => Onnx };
        format.AcceptOnlyFromAmong(Onnx, HuggingFace);
        Option<string?> task = new("--task") { Description = "Which task of a file of several.", HelpName = "NAME" };
        Option<int?> threads = new("--threads") { Description = "Threads of the processor; all where not given." };
        Option<bool> noPickle = new("--no-pickle") { Description = "Refuse weights that are a PyTorch pickle (.bin). Pickles are read without being run, and only where there are no safetensors." };
        Option<bool> json = new("--json") { Description = "End standard output with one JSON object." };
        Command command = new("export", """
            Turns a fine-tuned BERT or ELECTRA (a classifier of texts or pairs, a model that answers questions, chooses, or fills masks: what
            config.json names) into one .onnx file that holds weights, vocabulary, labels and limits. Before
            it is written the graph is run in ONNX Runtime at every optimisation level, over several shapes, over sentences and pairs, and
            compared with TorchSharp (difference of a logit at most 1e-4, the same label every time). The evidence is recorded inside
            the file; if it fails nothing is written. A card lies beside it (model.md), to be completed.

            The other way, --format huggingface writes the weights bit for bit as a folder that transformers loads. It knows the heads
            pooler (BERT) and electra (ELECTRA) and those of the other tasks; others are refused.

            Examples:
              rctonnx-train export --from my-checkpoint --output model.onnx
              rctonnx-train export --from tasks.onnx --task sections --output sections.onnx
              rctonnx-train export --from model.onnx --format huggingface --output my-checkpoint

            Exit codes: 0 done, 2 options, 4 model, 6 output, 7 proof failed, 130 stopped.
            """)
        { from, output, format, task, threads, noPickle, json };
        command.SetWork((parsed, token) =>
        {
            using TorchThreads used = TorchThreads.Use(parsed.GetValue(threads));
            string path = parsed.GetRequiredValue(output);
            ModelArtifact artifact = BaseModel.Load(
                parsed.GetRequiredValue(from), new WeightsOptions { AllowPickle = !parsed.GetValue(noPickle) }, Console.Error.WriteLine, parsed.GetValue(task));
            if (parsed.GetValue(format) == HuggingFace)
            {
                IReadOnlyList<string> leftOut = HuggingFaceFolder.Write(path, artifact);
                Console.Error.WriteLine($"Wrote '{path}': {artifact.Labels.Count} labels ({string.Join(", ", artifact.Labels)}), at most {artifact.MaxLength} tokens.");
                foreach (string part in leftOut) Console.Error.WriteLine($"The folder has no place for {part}.");
                if (parsed.GetValue(json)) JsonResult.Write(new FolderResult(path, artifact.Labels, artifact.ProblemType, artifact.MaxLength, leftOut));
                return ExitCodes.Success;
            }
            ModelArtifact proven = ModelExport.Write(path, artifact, new ModelExportOptions { Threads = TorchSharp.torch.get_num_threads() }, token);
            Proof proof = proven.Proof!;
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"Wrote '{path}': {(proven.Labels.Count == 0 ? $"{proven.ProblemType}" : $"{proven.Labels.Count} labels ({string.Join(", ", proven.Labels)})")}, at most {proven.MaxLength} tokens. Largest difference to TorchSharp {proof.LargestDifference:E1} over {proof.TextCount} texts, {proof.PairCount} pairs and {proof.Shapes.Count} shapes, the same labels."));
            FileCard.WriteBeside(path, proven, Console.Error.WriteLine);
            if (parsed.GetValue(json)) JsonResult.Write(new Result(path, proven.Labels, proven.ProblemType, proven.MaxLength, proof));
            return ExitCodes.Success;
        });
        return command;
    }
}
