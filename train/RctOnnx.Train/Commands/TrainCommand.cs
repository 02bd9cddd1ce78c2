using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using RctOnnx.CommandLine;
using RctOnnx.Train.Answers;
using RctOnnx.Train.Settings;
using RctOnnx.Train.Training;
using Spectre.Console;

namespace RctOnnx.Train.Commands;

/// <summary>The verb <c>train</c>: fine-tune, evaluate, export.</summary>
internal static class TrainCommand
{
    public static Command Create()
    {
        SettingOptions settings = new();
        Option<bool> resume = new("--resume") { Description = "Go on with the run in the output folder. Its own settings.json is taken; nothing else needs to be given." };
        Option<bool> json = new("--json") { Description = "End standard output with one JSON object: the content of metrics.json." };
        Command command = new("train", """
            Fine-tunes an encoder into a text classifier, or into a model that answers questions or chooses between texts, and ships it as one .onnx file.

            The folder of the run ends with model.onnx (proven against TorchSharp), metrics.json (all figures, before and after
            training), report.html (the same for people), metrics.jsonl and tensorboard/ (the course of training), settings.json,
            last/ (the checkpoint to resume from) and best/ (the weights that did best on dev).

            With --problem question_answering or multiple_choice the data is JSONL, and the folder has no report.html.

            Ctrl+C leaves a checkpoint; on the CPU a resumed run takes the very steps of one that was never stopped.

            Example:
              rctonnx-train train --base all-MiniLM-L6-v2 --train train.txt --dev dev.txt --test test.txt \
                --epochs 2 --precision bf16 --output my-run
              rctonnx-train train --base all-MiniLM-L6-v2 --problem question_answering --train train.jsonl --dev dev.jsonl \
                --max-length 384 --long-text window --output questions
              rctonnx-train train --resume --output my-run

            Exit codes: 0 done, 2 settings, 3 data, 4 base or checkpoint, 5 device, 6 output, 7 proof failed or loss no number,
            130 stopped.
            """)
        { resume, json };
        foreach (Option option in settings.Options) command.Options.Add(option);
        command.SetWork((parsed, token) =>
        {
            JsonObject values = settings.Values(parsed, parsed.GetValue(resume));
            TrainSettings chosen = SettingsJson.Parse(values);
            if (AnswerFaults.IsAnswerTask(chosen.Problem)) Print(AnswerRun.Execute(chosen, parsed.GetValue(resume), Console.Error.WriteLine, token));
            else Print(TrainingRun.Execute(chosen, parsed.GetValue(resume), Console.Error.WriteLine, token));
            if (parsed.GetValue(json)) Console.Out.WriteLine(JsonNode.Parse(File.ReadAllText(new RunFolder(values["output"]!.GetValue<string>()).Metrics))!.ToJsonString());
            return ExitCodes.Success;
        });
        return command;
    }

    private static void Print(AnswerOutcome outcome)
    {
        foreach ((string name, AnswerFigures untrained, AnswerFigures trained) in outcome.Tests)
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: {trained} on {trained.Count:N0} questions; before training {untrained}."));
        if (outcome.Dev is { } dev) Console.Error.WriteLine($"dev: {dev}.");
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"Trained {outcome.Steps:N0} steps in {outcome.TrainingSeconds:N0} s ({outcome.RowsPerSecond:N0} rows/s); exported the weights of step {outcome.ExportedStep:N0}. Proof: largest difference of a logit {outcome.Model.Proof!.LargestDifference:E1}."));
        if (outcome.Runtime is { } runtime)
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"The runtime gives the answer of TorchSharp for {runtime.Agreed:N0} of {runtime.Compared:N0} test questions."));
    }

    /// <summary>Figures before and after, speed and proof, for people.</summary>
    public static void Print(TrainingOutcome outcome)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        if (outcome.Tests.Count > 0) console.Write(FigureTable.Of(outcome.Tests));
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"Trained {outcome.Steps:N0} steps in {outcome.TrainingSeconds:N0} s ({outcome.SentencesPerSecond:N0} sentences/s), peak memory {outcome.PeakMemory / 1e9:F1} GB; exported the weights of step {outcome.ExportedStep:N0}."));
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"Proof: largest difference of a logit {outcome.Model.Proof!.LargestDifference:E1}, labels agree on {outcome.Model.Proof.LabelAgreement:P0} of {outcome.Model.Proof.TextCount} texts and {outcome.Model.Proof.PairCount} pairs."));
        if (outcome.Runtime is { } runtime)
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"The runtime gives the answer of TorchSharp for {runtime.Agreed:N0} of {runtime.Compared:N0} test rows."));
    }
}
