using System.CommandLine;
using RctOnnx.CommandLine;
using RctOnnx.Onnx;

namespace RctOnnx.Cli.Inspect;

/// <summary>The verb <c>inspect</c>: checks a model file and says what it is.</summary>
internal static class InspectCommand
{
    public static Command Create()
    {
        Option<string> model = new("--model", "-m") { Description = "The .onnx file.", Required = true, HelpName = "FILE" };
        Option<bool> json = new("--json") { Description = "Print one JSON object instead of the table." };
        Command command = new("inspect", """
            Checks a model file (structure, sizes, hash, contract version) and prints what it is: labels, limits, tokenizer, proof of
            its export, training record. A file that another program exported is called foreign and shown with its inputs and outputs.

            Examples:
              rctonnx inspect --model model.onnx
              rctonnx inspect --model model.onnx --json | jq .labels

            Exit codes: 0 the file is whole, 2 options, 4 it is missing, damaged or not supported.
            """)
        { model, json };
        command.SetWork((parsed, _) =>
        {
            ModelSummary summary = ModelSummary.Of(ModelFile.Read(parsed.GetRequiredValue(model)));
            if (parsed.GetValue(json)) JsonResult.Write(summary);
            else summary.WriteTable(Console.Out);
            return ExitCodes.Success;
        });
        return command;
    }
}
