using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using RctOnnx.CommandLine;
using RctOnnx.Train.MultiTask;
using RctOnnx.Train.Training;
using Spectre.Console;

namespace RctOnnx.Train.Commands;

/// <summary>The verb <c>multitask</c>: several heads over one encoder, trained together, one file.</summary>
internal static class MultiTaskCommand
{
    public static Command Create()
    {
        Option<string?> plan = new("--plan") { Description = "What to train.", HelpName = "FILE.json" };
        Option<string> output = new("--output", "-o") { Description = "Folder of the run.", Required = true, HelpName = "FOLDER" };
        Option<bool> resume = new("--resume") { Description = "Go on with the run in the output folder. Its own settings.json is taken; no plan needs to be given." };
        Option<bool> json = new("--json") { Description = "End standard output with one JSON object: the content of metrics.json." };
        Command command = new("multitask", """
            Fine-tunes one encoder for several tasks at once, each with data, problem and head of its own, and ships all of them as one .onnx
            file with one output a task. A batch has rows of one task; best is the mean of the tasks' own figures on dev.

            A plan is a JSON object of: settings (of 'train', with underscores, for all tasks), tasks (by name: train, dev, test, columns,
            problem, head and the like, and weight, what the loss is multiplied by), sampling (size: every row once an epoch; temperature: by
            n^(1/T) of n rows; turn: one batch of each task after the other) and temperature (T, 2 where not given):
              {"settings": {"base": "all-MiniLM-L6-v2", "epochs": 2},
               "tasks": {"sections": {"train": ["train.txt"], "dev": "dev.txt", "test": ["test.txt"]},
                         "scores": {"train": ["essays.tsv"], "text_column": "essay", "label_column": "score", "problem": "regression",
                                    "dev_share": 0.1, "test_share": 0.2, "weight": 0.5} },
               "sampling": "temperature", "temperature": 2}

            The folder ends with model.onnx, metrics.json, metrics.jsonl, tensorboard/, settings.json (the plan), last/ and best/, and for each
            task a folder of its name with report.html, pictures and mistakes.tsv. Ctrl+C leaves a checkpoint.

            Examples:
              rctonnx-train multitask --plan tasks.json --output tasks
              rctonnx-train multitask --resume --output tasks

            Exit codes: 0 done, 2 plan or settings, 3 data, 4 base or checkpoint, 5 device, 6 output, 7 proof failed or loss no number,
            130 stopped.
            """)
        { plan, output, resume, json };
        command.SetWork((parsed, token) =>
        {
            string folder = parsed.GetRequiredValue(output);
            IReadOnlyList<TaskOutcome> outcomes = MultiTaskRun.Execute(PlanOf(parsed.GetValue(plan), folder, parsed.GetValue(resume)), folder, parsed.GetValue(resume), Console.Error.WriteLine, token);
            Print(outcomes);
            if (parsed.GetValue(json)) Console.Out.WriteLine(JsonNode.Parse(File.ReadAllText(new RunFolder(folder).Metrics))!.ToJsonString());
            return ExitCodes.Success;
        });
        return command;
    }

    private static MultiTaskPlan PlanOf(string? path, string folder, bool resume)
    {
        if (path is not null) return MultiTaskPlan.Read(path);
        if (!resume) throw new SettingsException("No plan: add --plan FILE.json, or --resume for the run in the output folder.");
        string own = new RunFolder(folder).Settings;
        return File.Exists(own) ? MultiTaskPlan.Read(own) : throw new ModelFileException($"'{folder}' holds no run to resume: '{own}' is not there. Start the run with --plan.");
    }

    private static void Print(IReadOnlyList<TaskOutcome> outcomes)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        foreach (TaskOutcome task in outcomes.Where(task => task.Outcome.Tests.Count > 0))
        {
            Table table = FigureTable.Of(task.Outcome.Tests);
            table.Title = new TableTitle(Markup.Escape(task.Name));
            console.Write(table);
        }
        TrainingOutcome any = outcomes[0].Outcome;
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"Trained {any.Steps:N0} steps in {any.TrainingSeconds:N0} s ({any.SentencesPerSecond:N0} sentences/s), peak memory {any.PeakMemory / 1e9:F1} GB; exported the weights of step {any.ExportedStep:N0}."));
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"Proof: largest difference of a logit {any.Model.Proof!.LargestDifference:E1}, labels agree on {any.Model.Proof.LabelAgreement:P0} of {any.Model.Proof.TextCount} texts and {any.Model.Proof.PairCount} pairs."));
        foreach (TaskOutcome task in outcomes)
            if (task.Outcome.Runtime is { } runtime)
                Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{task.Name}: the runtime gives the answer of TorchSharp for {runtime.Agreed:N0} of {runtime.Compared:N0} test rows."));
    }
}
