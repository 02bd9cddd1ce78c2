using System.CommandLine;
using RctOnnx.CommandLine;
using RctOnnx.Train.Comparison;

namespace RctOnnx.Train.Commands;

/// <summary>The verb <c>compare</c>: several trainings from a plan, one table.</summary>
internal static class CompareCommand
{
    public static Command Create()
    {
        Option<string> plan = new("--plan") { Description = "What to compare.", Required = true, HelpName = "FILE.json" };
        Option<string> output = new("--output", "-o") { Description = "Folder of the comparison; each run has a folder of its own in it.", Required = true, HelpName = "FOLDER" };
        Command command = new("compare", $$"""
            Trains every variant of a plan with every seed, one after the other, and puts them into one table: accuracy, F1, kappa or what
            else the problem has, loss, time, memory, size of the file and its speed in the runtime. What is finished is kept: the same command goes on where it was
            stopped.

            A plan is a JSON object of: settings (of 'train', with underscores, for all runs), variants (settings by name), grid (values
            of settings, all combinations), seeds, and bag_of_words (true trains a linear model over words beside them):
              {"settings": {"train": ["train.tsv"], "dev_share": 0.1, "test_share": 0.2, "label_smoothing": 0.001},
               "variants": {"bert": {"base": "bert-base"}, "small": {"base": "all-MiniLM-L6-v2"} },
               "grid": {"batch": [8, 16, 32]}, "seeds": [1, 2, 3], "bag_of_words": true}

            The folder ends with {{ComparisonReport.TableFile}}, {{ComparisonReport.CourseFile}} and {{ComparisonReport.TradeOffFile}}.

            Example:
              rctonnx-train compare --plan plan.json --output comparison

            Exit codes: 0 done, 2 plan or settings, 3 data, 4 base or checkpoint, 5 device, 6 output, 130 stopped. A run whose loss goes
            out of bounds or whose proof fails is shown as failed.
            """)
        { plan, output };
        command.SetWork((parsed, token) =>
        {
            string folder = parsed.GetValue(output)!;
            IReadOnlyList<RunResult> results = ComparisonRun.Execute(ComparisonPlan.Read(parsed.GetValue(plan)!), folder, Console.Error.WriteLine, token);
            ComparisonReport.Write(folder, results, MachineLine.Text());
            ResultTable.Show(ComparisonTable.Columns(results), ComparisonTable.Rows(results));
            Console.Error.WriteLine($"Written to '{folder}': {ComparisonReport.TableFile} and pictures.");
            return ExitCodes.Success;
        });
        return command;
    }
}
