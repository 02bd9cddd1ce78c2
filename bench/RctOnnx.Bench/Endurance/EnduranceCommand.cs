using System.CommandLine;
using RctOnnx.CommandLine;

namespace RctOnnx.Bench.Endurance;

/// <summary>The verb <c>endurance</c>.</summary>
internal static class EnduranceCommand
{
    public static Command Create()
    {
        Option<string> model = new("--model") { Description = "The .onnx file.", Required = true, HelpName = "FILE" };
        Option<int> texts = new("--texts") { Description = "How many texts are classified.", DefaultValueFactory = _ => 20_000 };
        Option<double?> minutes = new("--minutes") { Description = "Stop classifying after so long, with as many texts as there were." };
        Option<double> idle = new("--idle") { Description = "For how many seconds an open classifier is watched that has nothing to do.", DefaultValueFactory = _ => 10 };
        Option<string?> write = new("--write") { Description = "Write the report as Markdown.", HelpName = "FILE" };
        Command command = new("endurance", """
            Memory over many texts of random length, in calls of 2,048: what the process holds in twenty parts of the run, and what a text allocates. Then
            the processor time of an open classifier that has nothing to do, by profile.
            """)
        { model, texts, minutes, idle, write };
        command.SetWork((parsed, token) =>
        {
            int count = parsed.GetValue(texts);
            if (count < EnduranceRun.PartCount) throw new SettingsException($"--texts is {count}, expected at least {EnduranceRun.PartCount}.");
            if (parsed.GetValue(minutes) is { } limit && !(limit > 0)) throw new SettingsException($"--minutes is {limit}, expected more than 0.");
            if (!(parsed.GetValue(idle) > 0)) throw new SettingsException($"--idle is {parsed.GetValue(idle)}, expected more than 0 seconds.");
            EnduranceRun.Run(parsed.GetRequiredValue(model), count, TimeSpan.FromMinutes(parsed.GetValue(minutes) ?? 1e6), TimeSpan.FromSeconds(parsed.GetValue(idle)), token).Publish(parsed.GetValue(write));
            return ExitCodes.Success;
        });
        return command;
    }
}
