using System.CommandLine;
using RctOnnx.CommandLine;

namespace RctOnnx.Bench.Candidates;

/// <summary>The verb <c>candidates</c>: which of several model files to take.</summary>
internal static class CandidatesCommand
{
    public static Command Create()
    {
        Option<string> reference = new("--reference") { Description = "The model in fp32 that the others stand in for: 6 layers of width 384, with a pooler or without. The peer runs its weights.", Required = true, HelpName = "FILE" };
        Option<string[]> models = new("--models") { Description = "Model files for the same labels, of single sentences or of documents.", Required = true, HelpName = "FILE", AllowMultipleArgumentsPerToken = true };
        Option<string?> test = new("--test") { Description = "Labelled data; the RCT test set where not given.", HelpName = "FILE" };
        Option<int> count = new("--count") { Description = "How many distinct texts the rates are measured with; accuracy is that of the whole file.", DefaultValueFactory = _ => 2000 };
        Option<int> rounds = new("--rounds") { Description = "How often each model runs, in turn.", DefaultValueFactory = _ => 5 };
        Option<string?> picture = new("--picture") { Description = "Draw accuracy against speed.", HelpName = "PNG" };
        Option<string?> write = new("--write") { Description = "Write the report as Markdown.", HelpName = "FILE" };
        Command command = new("candidates", """
            Measures model files for the same labels beside each other: accuracy, size, sentences a second from string to label, and how many
            times as fast they are as the best peer that runs the weights of the reference in int8. Says which to take when. Needs Node.js 20.
            """)
        { reference, models, test, count, rounds, picture, write };
        command.SetWork((parsed, token) =>
        {
            if (parsed.GetValue(count) < 32) throw new SettingsException($"--count is {parsed.GetValue(count)}, expected at least 32.");
            if (parsed.GetValue(rounds) < 1) throw new SettingsException($"--rounds is {parsed.GetValue(rounds)}, expected at least 1.");
            CandidatesRun.Run(parsed.GetRequiredValue(reference), parsed.GetRequiredValue(models), parsed.GetValue(test) ?? BenchmarkFolders.Data("rct-abstracts", "test.txt"),
                parsed.GetValue(count), parsed.GetValue(rounds), parsed.GetValue(picture), token).Publish(parsed.GetValue(write));
            return ExitCodes.Success;
        });
        return command;
    }
}
