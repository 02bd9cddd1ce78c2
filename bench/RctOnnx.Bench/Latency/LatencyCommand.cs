using System.CommandLine;
using RctOnnx.CommandLine;

namespace RctOnnx.Bench.Latency;

/// <summary>The verb <c>latency</c>.</summary>
internal static class LatencyCommand
{
    public static Command Create()
    {
        Option<string> model = new("--model") { Description = "The .onnx file.", Required = true, HelpName = "FILE" };
        Option<int> calls = new("--calls") { Description = "Calls of each profile.", DefaultValueFactory = _ => 400 };
        Option<double> pause = new("--pause") { Description = "Milliseconds between two calls.", DefaultValueFactory = _ => 5 };
        Option<string?> write = new("--write") { Description = "Write the report as Markdown.", HelpName = "FILE" };
        Command command = new("latency", """
            Single texts of 32 tokens or the nearest to it, profiles in turn text by text, and what slow calls have in common: collections of the managed heap, and
            calls in which the system gave the thread's processor to another one, with percentiles of the others.
            """)
        { model, calls, pause, write };
        command.SetWork((parsed, token) =>
        {
            if (parsed.GetValue(calls) < 1) throw new SettingsException($"--calls is {parsed.GetValue(calls)}, expected at least 1.");
            if (!(parsed.GetValue(pause) >= 0)) throw new SettingsException($"--pause is {parsed.GetValue(pause)}, expected 0 or more milliseconds.");
            SingleCalls.Run(parsed.GetRequiredValue(model), parsed.GetValue(calls), TimeSpan.FromMilliseconds(parsed.GetValue(pause)), token).Publish(parsed.GetValue(write));
            return ExitCodes.Success;
        });
        return command;
    }
}
