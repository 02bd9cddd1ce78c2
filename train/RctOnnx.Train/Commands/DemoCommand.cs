using System.CommandLine;
using System.Globalization;
using RctOnnx.CommandLine;
using RctOnnx.Runtime;
using RctOnnx.Train.Demo;
using RctOnnx.Train.Training;
using Spectre.Console;

namespace RctOnnx.Train.Commands;

/// <summary>The verb <c>demo</c>: from nothing to a proven classifier, without a file of one's own.</summary>
internal static class DemoCommand
{
    public static Command Create()
    {
        Option<string?> output = new("--output", "-o") { Description = "Folder of the run. Default: rctonnx-demo, or rctonnx-demo-2 and so on where it is taken.", HelpName = "FOLDER" };
        Command command = new("demo", """
            Shows the whole way without any data of yours, in about a minute and without a network: fine-tunes the model for whole
            abstracts that comes with the program on 48 abstracts of trials that never took place, tests it on 12 others before and
            after, exports one proven .onnx file and names the sections of a new abstract with it.

            Example:
              rctonnx-train demo

            Exit codes: 0 done, 6 output, 7 proof failed, 130 stopped.
            """)
        { output };
        command.SetWork((parsed, token) =>
        {
            string folder = parsed.GetValue(output) ?? DemoRun.FreeFolder();
            (TrainingOutcome outcome, IReadOnlyList<(string Sentence, Classification Answer)> answers) = DemoRun.Execute(folder, Console.Error.WriteLine, token);
            TrainCommand.Print(outcome);
            Print(answers);
            Console.Error.WriteLine(NextSteps(new RunFolder(folder)));
            return ExitCodes.Success;
        });
        return command;
    }

    /// <summary>What can be done with the run now.</summary>
    internal static string NextSteps(RunFolder folder) => $"""

        The classifier is one file: {folder.Model}
        The report of the run: {folder.Path}/report.html (figures in metrics.json; the sample is in data/)
        In a program: TextClassifier.Load(path).ClassifyDocument(sentences)   (library RctOnnx.Runtime)
        Ask it, look into it, and train your own:
          rctonnx classify --model "{folder.Model}" "Sentences of an abstract. One after the other."
          rctonnx inspect --model "{folder.Model}"
          rctonnx-train train --base ENCODER --train train.tsv --test test.tsv --output my-run
        In a clone, rctonnx is: dotnet run -c Release --project runtime/RctOnnx.Cli --
        """;

    private static void Print(IReadOnlyList<(string Sentence, Classification Answer)> answers)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        Table table = new Table().AddColumns("a new abstract", "section", "score");
        foreach ((string sentence, Classification answer) in answers)
            table.AddRow(Markup.Escape(sentence), Markup.Escape(answer.Label), answer.Score.ToString("F3", CultureInfo.InvariantCulture));
        console.Write(table);
    }
}
