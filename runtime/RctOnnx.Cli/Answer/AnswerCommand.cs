using System.CommandLine;
using RctOnnx.Cli.Loading;
using RctOnnx.Cli.Providers;
using RctOnnx.Cli.Rows;
using RctOnnx.CommandLine;
using RctOnnx.Data;
using RctOnnx.Data.Metrics;
using RctOnnx.Onnx;
using RctOnnx.Runtime;

namespace RctOnnx.Cli.Answer;

/// <summary>The verb <c>answer</c>: questions with contexts in, spans of the contexts out.</summary>
internal static class AnswerCommand
{
    private const int ChunkRows = 64; // of contexts, which are long

    private sealed record Summary(string Model, string Data, long Count, double ExactMatch, double F1);

    public static Command Create()
    {
        ProviderArguments provider = new();
        Option<string> model = new("--model", "-m") { Description = "The .onnx file, of a model that answers questions.", Required = true, HelpName = "FILE" };
        Option<string?> question = new("--question", "-q") { Description = "A question, in place of --data." };
        Option<string?> context = new("--context", "-c") { Description = "The text that its answer stands in." };
        Option<string?> data = new("--data", "-d") { Description = "Questions with contexts as JSONL, one object a line; - is standard input.", HelpName = "FILE|-" };
        Option<string> output = new("--output", "-o") { Description = "Where the answers go; - is standard output.", HelpName = "FILE|-", DefaultValueFactory = _ => RowInput.StandardInput };
        Option<string> questionColumn = new("--question-column") { Description = "Property of the question. Default: question.", DefaultValueFactory = _ => "question" };
        Option<string> contextColumn = new("--context-column") { Description = "Property of the context. Default: context.", DefaultValueFactory = _ => "context" };
        Option<string> answerColumn = new("--answer-column") { Description = "Property of the right answers, for --evaluate: a text, a list, null, or an object of text and answer_start. Default: answer.", DefaultValueFactory = _ => "answer" };
        Option<string> startColumn = new("--start-column") { Description = "Property of the answer's first code point, for --evaluate. Default: start.", DefaultValueFactory = _ => "start" };
        Option<bool> evaluate = new("--evaluate") { Description = "Compare with the answers in the data: print exact match and F1, as SQuAD defines them, as one JSON object in place of the answers." };
        Option<int> top = new("--top") { Description = "How many spans an answer carries. Default: 1.", DefaultValueFactory = _ => 1 };
        Option<int> longest = new("--max-answer-length") { Description = "Tokens of the longest answer. Default: 30.", DefaultValueFactory = _ => 30 };
        Option<double?> threshold = new("--no-answer-threshold") { Description = "For models that know questions without an answer: give none where the logits of [CLS] exceed those of the best span by more than this, such as 0. Always a span where not given." };
        Option<LongTextPolicy?> longText = new("--long-text") { Description = "What happens to contexts over the limit; what the model says where not given.", HelpName = "error|truncate|window" };
        Option<int?> stride = new("--window-overlap") { Description = "Tokens that neighbouring windows over a long context share; a quarter of a window where not given." };
        Option<int?> maxLength = new("--max-length") { Description = "Longest sequence of question and window in tokens, at most the model's limit." };
        Option<int?> threads = new("--threads") { Description = "Processor threads; all cores where not given." };
        Command command = new("answer", """
            Finds the answer to a question in a text, its context: a span of it, with its place. A context over the limit of tokens is read in
            windows that overlap, and the best answer of all windows is given.

            An answer is a JSON object: question, answer, score (probability of its first token times that of its last), start and end (in code
            points of the context), no_answer_score, tokens, truncated, windows, and spans with --top.

            Examples:
              rctonnx answer --model questions.onnx --question "How many patients were there?" --context "We enrolled 96 patients in 2009."
              rctonnx answer --model questions.onnx --data questions.jsonl --output answers.jsonl
              rctonnx answer --model questions.onnx --data dev.jsonl --evaluate

            Exit codes: 0 done, 2 options, 3 input, 4 model, 5 provider, 6 output, 130 stopped.
            """)
        { model, question, context, data, output, questionColumn, contextColumn, answerColumn, startColumn, evaluate, top, longest, threshold, longText, stride, maxLength, threads };
        provider.AddTo(command);
        command.SetWork((parsed, token) =>
        {
            string? asked = parsed.GetValue(question), text = parsed.GetValue(context), source = parsed.GetValue(data);
            if (asked is null != text is null || asked is null == source is null) throw new SettingsException("Expected is --question with --context, or --data with a file of both, and not the two.");
            bool compares = parsed.GetValue(evaluate);
            if (compares && source is null) throw new SettingsException("--evaluate compares with the answers of --data. Name a file.");
            if (compares && parsed.GetValue(output) != RowInput.StandardInput) throw new SettingsException("--evaluate prints figures in place of answers, of which --output would get none. Leave one of them out.");
            using QuestionAnswerer answerer = NativeHeap.Load(() => QuestionAnswerer.Load(parsed.GetRequiredValue(model), new QuestionAnswererOptions
            {
                Running = provider.Read(parsed) with { TopK = parsed.GetValue(top), LongText = parsed.GetValue(longText), WindowOverlap = parsed.GetValue(stride), MaxLength = parsed.GetValue(maxLength), Threads = parsed.GetValue(threads) },
                MaxAnswerLength = parsed.GetValue(longest),
                NoAnswerThreshold = parsed.GetValue(threshold),
            }));
            QuestionColumns columns = new() { Question = parsed.GetValue(questionColumn)!, Context = parsed.GetValue(contextColumn)!, Answer = parsed.GetValue(answerColumn)!, Start = parsed.GetValue(startColumn)! };
            IEnumerable<QuestionRow> rows = source is null ? [new QuestionRow(asked!, text!, null, "arguments", 1)]
                : source == RowInput.StandardInput ? QuestionDataset.Read(Console.OpenStandardInput(), "standard input", columns, compares)
                : QuestionDataset.Read(source, columns, compares);
            if (compares)
            {
                AnswerMetrics metrics = ConsoleProgress.Run("Answering", null, "questions", progress => AnswerMetrics.Compute(Answers(answerer, rows, token).Select(pair =>
                {
                    progress.Advance(1);
                    return (pair.Answer.Text, (IReadOnlyList<string>)[.. pair.Row.Answers!.Select(gold => gold.Text)]);
                })));
                JsonResult.Write(new Summary(parsed.GetRequiredValue(model), source!, metrics.Count, metrics.ExactMatch, metrics.F1));
                return ExitCodes.Success;
            }
            OutputTarget.WriteLines(parsed.GetValue(output)!, Answers(answerer, rows, token).Select(pair => AnswerLine.Of(pair.Row.Question, pair.Row.Context, pair.Answer, parsed.GetValue(top) > 1)));
            return ExitCodes.Success;
        });
        return command;
    }

    private static IEnumerable<(QuestionRow Row, QuestionAnswer Answer)> Answers(QuestionAnswerer answerer, IEnumerable<QuestionRow> rows, CancellationToken token) =>
        AnsweredRows.Of(rows, ChunkRows, chunk => answerer.Answer([.. chunk.Select(row => new Question(row.Question, row.Context))], token), row => row.Place);
}
