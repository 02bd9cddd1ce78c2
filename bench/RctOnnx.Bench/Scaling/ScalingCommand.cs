using System.CommandLine;
using RctOnnx.CommandLine;

namespace RctOnnx.Bench.Scaling;

/// <summary>The verb <c>scaling</c>.</summary>
internal static class ScalingCommand
{
    public static Command Create()
    {
        Option<double> seconds = new("--seconds") { Description = "How long each point is measured.", DefaultValueFactory = _ => 0.7 };
        Option<string?> write = new("--write") { Description = "Write the report as Markdown.", HelpName = "FILE" };
        Command command = new("scaling", "Cost of the engine against length, layers, width, batch and workers, on models with random weights, and what follows for more cores and a GPU by a stated model.") { seconds, write };
        command.SetWork((parsed, token) =>
        {
            double time = parsed.GetValue(seconds);
            if (!(time > 0)) throw new SettingsException($"--seconds is {time}, expected more than 0.");
            ScalingRun.Run(TimeSpan.FromSeconds(time), token).Publish(parsed.GetValue(write));
            return ExitCodes.Success;
        });
        return command;
    }
}
