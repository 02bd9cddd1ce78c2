using System.CommandLine;
using RctOnnx.CommandLine;

namespace RctOnnx.Bench.Startup;

/// <summary>The verb <c>startup</c>.</summary>
internal static class StartupCommand
{
    public static Command Create()
    {
        Argument<string[]> files = new("FILE") { Description = "Model files: fp32, int8, compiled.", Arity = ArgumentArity.OneOrMore };
        Option<int> runs = new("--runs") { Description = "How often each file is started.", DefaultValueFactory = _ => 9 };
        Option<string?> write = new("--write") { Description = "Write the report as Markdown.", HelpName = "FILE" };
        Command command = new("startup", "Starts rctonnx classify with each file and one text: time to the first answer and peak memory, beside a bare .NET process with ONNX Runtime loaded.") { files, runs, write };
        command.SetWork((parsed, token) =>
        {
            string[] models = parsed.GetRequiredValue(files);
            if (Array.Find(models, model => !File.Exists(model)) is { } missing) throw new FileNotFoundException(null, missing);
            if (parsed.GetValue(runs) < 1) throw new SettingsException($"--runs is {parsed.GetValue(runs)}, expected at least 1.");
            StartupRun.Run(models, parsed.GetValue(runs), token).Publish(parsed.GetValue(write));
            return ExitCodes.Success;
        });
        return command;
    }
}
