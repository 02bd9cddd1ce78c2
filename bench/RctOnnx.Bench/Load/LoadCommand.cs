using System.CommandLine;
using RctOnnx.CommandLine;

namespace RctOnnx.Bench.Load;

/// <summary>The verb <c>load</c>.</summary>
internal static class LoadCommand
{
    public static Command Create()
    {
        Option<string> model = new("--model") { Description = "The .onnx file.", Required = true, HelpName = "FILE" };
        Option<string?> texts = new("--texts") { Description = "Data file of the texts; the RCT test set where not given.", HelpName = "FILE" };
        Option<double> seconds = new("--seconds") { Description = "How long each rate is offered.", DefaultValueFactory = _ => 8 };
        Option<string?> histograms = new("--histograms") { Description = "Write the whole distribution of each rate, in the text form of HdrHistogram.", HelpName = "FOLDER" };
        Option<string?> picture = new("--picture") { Description = "Draw latency against offered rate.", HelpName = "PNG" };
        Option<string?> write = new("--write") { Description = "Write the report as Markdown.", HelpName = "FILE" };
        Command command = new("load", """
            Offers single texts to the engine at rates up to saturation and over it, at random moments that do not wait for answers. The
            latency of a text counts from the moment at which it was due, so that waiting for a busy engine counts too.
            """)
        { model, texts, seconds, histograms, picture, write };
        command.SetWork((parsed, token) =>
        {
            double time = parsed.GetValue(seconds);
            if (!(time > 0)) throw new SettingsException($"--seconds is {time}, expected more than 0.");
            LoadRun.Run(parsed.GetRequiredValue(model), parsed.GetValue(texts) ?? BenchmarkFolders.Data("rct-abstracts", "test.txt"), TimeSpan.FromSeconds(time), parsed.GetValue(histograms), parsed.GetValue(picture), token)
                .Publish(parsed.GetValue(write));
            return ExitCodes.Success;
        });
        return command;
    }
}
