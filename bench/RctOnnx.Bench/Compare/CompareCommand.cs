using System.CommandLine;
using RctOnnx.CommandLine;

namespace RctOnnx.Bench.Compare;

/// <summary>The verb <c>compare</c>: this product beside what a user would otherwise pick.</summary>
internal static class CompareCommand
{
    public static Command Create()
    {
        Option<string> fp32 = new("--fp32") { Description = "The model in fp32: 6 layers of width 384, 5 labels, with a pooler.", Required = true, HelpName = "FILE" };
        Option<string> int8 = new("--int8") { Description = "The same model in int8.", Required = true, HelpName = "FILE" };
        Option<string?> texts = new("--texts") { Description = "Data file of the texts; the RCT test set where not given.", HelpName = "FILE" };
        Option<int> count = new("--count") { Description = "How many distinct texts.", DefaultValueFactory = _ => 2000 };
        Option<int> rounds = new("--rounds") { Description = "How often each contestant runs, in turn.", DefaultValueFactory = _ => 5 };
        Option<int> singles = new("--singles") { Description = "How often each classifies one text of 32 tokens, in turn; 0 leaves this part out.", DefaultValueFactory = _ => 500 };
        Option<string?> write = new("--write") { Description = "Write the report as Markdown.", HelpName = "FILE" };
        Command command = new("compare", """
            Classifies the same texts with this product and with its peers in turn, and prints rates, ratios and label agreement. The
            peers get the weights of the fp32 file, and each its best batch size and threads. Needs Node.js 20; its packages are
            installed once, outside the repository.
            """)
        { fp32, int8, texts, count, rounds, singles, write };
        command.SetWork((parsed, token) =>
        {
            CompareSettings settings = new()
            {
                Fp32 = parsed.GetRequiredValue(fp32),
                Int8 = parsed.GetRequiredValue(int8),
                Texts = parsed.GetValue(texts) ?? BenchmarkFolders.Data("rct-abstracts", "test.txt"),
                Count = AtLeast(parsed.GetValue(count), 32, count),
                Rounds = AtLeast(parsed.GetValue(rounds), 1, rounds),
                Singles = AtLeast(parsed.GetValue(singles), 0, singles),
                Graphs = BenchmarkFolders.Peers(),
            };
            CompareRun.Run(settings, token).Publish(parsed.GetValue(write));
            return ExitCodes.Success;
        });
        return command;

        static int AtLeast(int value, int least, Option option) =>
            value >= least ? value : throw new SettingsException($"{option.Name} is {value}, expected at least {least}.");
    }
}
