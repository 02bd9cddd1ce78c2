using System.CommandLine;
using RctOnnx.CommandLine;
using RctOnnx.Train.Sweeps;

namespace RctOnnx.Train.Commands;

/// <summary>The verb <c>sweep</c>: a search for settings.</summary>
internal static class SweepCommand
{
    public static Command Create()
    {
        Option<string> plan = new("--plan") { Description = "What to search.", Required = true, HelpName = "FILE.json" };
        Option<string> output = new("--output", "-o") { Description = "Folder of the sweep; each trial has a folder of its own in it.", Required = true, HelpName = "FOLDER" };
        Command command = new("sweep", $$"""
            Searches settings of 'train' by what best means on dev. A plan is a JSON object of: settings (for all trials), space (by
            setting an array of values, or bounds), search (random, grid or halving), trials, seed:
              {"settings": {"base": "all-MiniLM-L6-v2", "train": ["train.txt"], "dev": "dev.txt"},
               "space": {"learning_rate": {"from": 1e-5, "to": 1e-3, "log": true}, "batch": [8, 16, 32]},
               "search": "random", "trials": 12}

            Bounds take log (drawn by logarithm), whole (whole numbers) and, for a grid, points. Halving trains all trials for first_budget
            epochs (or steps: "budget": "steps"), keeps one of factor (3), trains those from the start for factor times as long, and so on.

            What is finished is kept: the same command goes on where it was stopped. The folder ends with {{SweepReport.TableFile}} and
            {{SweepReport.BestFile}}, the settings of the best trial for 'train --settings'.

            Examples:
              rctonnx-train sweep --plan space.json --output sweep
              rctonnx-train train --settings sweep/best.json --test test.txt --output best

            Exit codes: 0 done, 2 plan or settings, 3 data, 4 base or checkpoint, 5 device, 6 output, 130 stopped. A trial whose loss
            goes out of bounds or whose proof fails is shown as failed.
            """)
        { plan, output };
        command.SetWork((parsed, token) =>
        {
            SweepPlan searched = SweepPlan.Read(parsed.GetRequiredValue(plan));
            string folder = parsed.GetRequiredValue(output);
            IReadOnlyList<SweepResult> results = SweepRun.Execute(searched, folder, Console.Error.WriteLine, token);
            SweepReport.Write(folder, searched, results);
            ResultTable.Show(SweepReport.Columns(results), SweepReport.Rows(results));
            Console.Error.WriteLine($"Written to '{folder}': {SweepReport.TableFile}{(results[0].Result.Watched is null ? "; no trial succeeded" : $" and {SweepReport.BestFile}")}.");
            return ExitCodes.Success;
        });
        return command;
    }
}
