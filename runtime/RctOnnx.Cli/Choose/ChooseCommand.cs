using System.CommandLine;
using RctOnnx.Cli.Loading;
using RctOnnx.Cli.Providers;
using RctOnnx.Cli.Rows;
using RctOnnx.CommandLine;
using RctOnnx.Data;
using RctOnnx.Onnx;
using RctOnnx.Runtime;

namespace RctOnnx.Cli.Choose;

/// <summary>The verb <c>choose</c>: prompts with choices in, the choice that goes with each out.</summary>
internal static class ChooseCommand
{
    private const int ChunkRows = 256;

    private sealed record Line(string Prompt, int Index, string Choice, float Score, IReadOnlyList<float> Scores, bool Truncated);

    private sealed record Summary(string Model, string Data, long Count, double Accuracy);

    public static Command Create()
    {
        ProviderArguments provider = new();
        Option<string> model = new("--model", "-m") { Description = "The .onnx file, of a multiple choice model.", Required = true, HelpName = "FILE" };
        Option<string?> prompt = new("--prompt", "-p") { Description = "The text before every choice, in place of --data." };
        Option<string[]> choices = new("--choices", "-c") { Description = "The texts of which one goes with the prompt, two at least.", HelpName = "TEXT", AllowMultipleArgumentsPerToken = true };
        Option<string?> data = new("--data", "-d") { Description = "Prompts with choices as JSONL, one object a line; - is standard input.", HelpName = "FILE|-" };
        Option<string> output = new("--output", "-o") { Description = "Where the answers go; - is standard output.", HelpName = "FILE|-", DefaultValueFactory = _ => RowInput.StandardInput };
        Option<string> promptColumn = new("--prompt-column") { Description = "Property of the prompt. Default: prompt.", DefaultValueFactory = _ => "prompt" };
        Option<string> choicesColumn = new("--choices-column") { Description = "Property of the list of choices. Default: choices.", DefaultValueFactory = _ => "choices" };
        Option<string> labelColumn = new("--label-column") { Description = "Property of the place of the right choice, from 0, for --evaluate. Default: label.", DefaultValueFactory = _ => "label" };
        Option<bool> evaluate = new("--evaluate") { Description = "Compare with the labels in the data: print the accuracy as one JSON object in place of the answers." };
        Option<LongTextPolicy?> longText = new("--long-text") { Description = "What happens to pairs over the limit; what the model says where not given.", HelpName = "error|truncate" };
        Option<int?> maxLength = new("--max-length") { Description = "Longest sequence of prompt and choice in tokens, at most the model's limit." };
        Option<int?> threads = new("--threads") { Description = "Processor threads; all cores where not given." };
        Command command = new("choose", """
            Says which of several texts goes with a prompt. An answer is a JSON object: prompt, index (from 0), choice, score, scores (of all
            choices, adding up to 1) and truncated.

            Examples:
              rctonnx choose --model choices.onnx --prompt "The drug lowered" --choices "blood pressure." "the ceiling."
              rctonnx choose --model choices.onnx --data questions.jsonl --output answers.jsonl
              rctonnx choose --model choices.onnx --data dev.jsonl --evaluate

            Exit codes: 0 done, 2 options, 3 input, 4 model, 5 provider, 6 output, 130 stopped.
            """)
        { model, prompt, choices, data, output, promptColumn, choicesColumn, labelColumn, evaluate, longText, maxLength, threads };
        provider.AddTo(command);
        command.SetWork((parsed, token) =>
        {
            string? asked = parsed.GetValue(prompt), source = parsed.GetValue(data);
            string[] given = parsed.GetValue(choices) ?? [];
            if (asked is null != given.Length < 2 || asked is null == source is null) throw new SettingsException("Expected is --prompt with two --choices at least, or --data with a file of both, and not the two.");
            bool compares = parsed.GetValue(evaluate);
            if (compares && source is null) throw new SettingsException("--evaluate compares with the labels of --data. Name a file.");
            if (compares && parsed.GetValue(output) != RowInput.StandardInput) throw new SettingsException("--evaluate prints figures in place of answers, of which --output would get none. Leave one of them out.");
            using ChoiceSelector selector = NativeHeap.Load(() => ChoiceSelector.Load(parsed.GetRequiredValue(model), provider.Read(parsed) with { LongText = parsed.GetValue(longText), MaxLength = parsed.GetValue(maxLength), Threads = parsed.GetValue(threads) }));
            ChoiceColumns columns = new() { Prompt = parsed.GetValue(promptColumn)!, Choices = parsed.GetValue(choicesColumn)!, Label = parsed.GetValue(labelColumn)! };
            IEnumerable<ChoiceRow> rows = source is null ? [new ChoiceRow(asked!, given, null, "arguments", 1)]
                : source == RowInput.StandardInput ? ChoiceDataset.Read(Console.OpenStandardInput(), "standard input", columns, compares)
                : ChoiceDataset.Read(source, columns, compares);
            if (compares)
            {
                long count = 0;
                long right = ConsoleProgress.Run("Choosing", null, "questions", progress => Answers(selector, rows, token).LongCount(pair =>
                {
                    count++;
                    progress.Advance(1);
                    return pair.Answer.Index == pair.Row.Label;
                }));
                JsonResult.Write(new Summary(parsed.GetRequiredValue(model), source!, count, (double)right / count));
                return ExitCodes.Success;
            }
            OutputTarget.WriteLines(parsed.GetValue(output)!, Answers(selector, rows, token).Select(pair => new Line(pair.Row.Prompt, pair.Answer.Index, pair.Answer.Text, pair.Answer.Score, pair.Answer.Scores, pair.Answer.Truncated)));
            return ExitCodes.Success;
        });
        return command;
    }

    private static IEnumerable<(ChoiceRow Row, ChoiceAnswer Answer)> Answers(ChoiceSelector selector, IEnumerable<ChoiceRow> rows, CancellationToken token) =>
        AnsweredRows.Of(rows, ChunkRows, chunk => selector.Select([.. chunk.Select(row => new ChoiceQuestion(row.Prompt, row.Choices))], token), row => row.Place);
}
