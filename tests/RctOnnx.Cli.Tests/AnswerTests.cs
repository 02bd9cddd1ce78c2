using System.Text.Json;
using RctOnnx.Onnx;
using RctOnnx.Runtime;
using RctOnnx.Testing;
using Xunit;

namespace RctOnnx.Cli.Tests;

/// <summary>Answering, choosing and filling masks on the command line.</summary>
public sealed class AnswerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public AnswerTests()
    {
        ModelFile.Write(Questions, RandomModels.Questions());
        ModelFile.Write(Choices, RandomModels.Choices());
        ModelFile.Write(Masks, RandomModels.Masks());
    }

    private string Questions => _folder.File("questions.onnx");

    private string Choices => _folder.File("choices.onnx");

    private string Masks => _folder.File("masks.onnx");

    public void Dispose() => _folder.Dispose();

    private static JsonElement[] Lines(ProgramProcess run)
    {
        Assert.True(run.ExitCode == 0, run.Error);
        return [.. run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];
    }

    [Fact]
    public void Answer_gives_the_spans_of_the_library_with_places_in_code_points()
    {
        const string Context = "😀😀 the results were patients a b c";
        File.WriteAllLines(_folder.File("data.jsonl"), [JsonSerializer.Serialize(new { q = "the patients", c = Context }), JsonSerializer.Serialize(new { q = "", c = "a b" })]);
        JsonElement[] found = Lines(ProgramProcess.Run("rctonnx", "answer", "--model", Questions, "--data", _folder.File("data.jsonl"), "--question-column", "q", "--context-column", "c", "--top", "2", "--max-answer-length", "2"));
        using QuestionAnswerer answerer = QuestionAnswerer.Load(Questions, new QuestionAnswererOptions { Running = new TextClassifierOptions { TopK = 2 }, MaxAnswerLength = 2 });
        QuestionAnswer expected = answerer.Answer("the patients", Context);
        CodePoints points = new(Context);
        Assert.Equal(2, found.Length);
        Assert.Equal((expected.Text, expected.Best!.Score), (found[0].GetProperty("answer").GetString(), found[0].GetProperty("score").GetSingle()));
        Assert.Equal((points.PointOf(expected.Best.Start), points.PointOf(expected.Best.End)), (found[0].GetProperty("start").GetInt32(), found[0].GetProperty("end").GetInt32()));
        Assert.Equal(expected.Spans.Select(span => span.Text), found[0].GetProperty("spans").EnumerateArray().Select(span => span.GetProperty("text").GetString()));
        JsonElement one = Assert.Single(Lines(ProgramProcess.Run("rctonnx", "answer", "--model", Questions, "--question", "the patients", "--context", Context, "--max-answer-length", "2")));
        Assert.Equal(expected.Text, one.GetProperty("answer").GetString());
        Assert.False(one.TryGetProperty("spans", out _));
        Assert.Equal("", Assert.Single(Lines(ProgramProcess.Run("rctonnx", "answer", "--model", Questions, "--question", "a", "--context", "b c", "--no-answer-threshold", "-1000"))).GetProperty("answer").GetString());
        string filling = string.Join(' ', Enumerable.Repeat("a", 100));
        int[] windows = [.. ((string[][])[[], ["--window-overlap", "50"], ["--long-text", "truncate"], ["--max-length", "20"]]).Select(options =>
            Lines(ProgramProcess.Run("rctonnx", ["answer", "--model", Questions, "--question", "the", "--context", filling, .. options]))[0].GetProperty("windows").GetInt32())];
        Assert.True(windows[0] > 1 && windows[1] > windows[0] && windows[2] == 1 && windows[3] > windows[0], string.Join(", ", windows));
    }

    [Fact]
    public void Evaluate_compares_answers_and_choices_with_the_data()
    {
        using QuestionAnswerer answerer = QuestionAnswerer.Load(Questions);
        const string Context = "the results were patients";
        AnswerSpan span = answerer.Answer("a", Context).Best!;
        File.WriteAllLines(_folder.File("data.jsonl"), [JsonSerializer.Serialize(new { question = "a", context = Context, a = span.Text, s = span.Start }), JsonSerializer.Serialize(new { question = "a", context = Context, a = (string?)null, s = 0 })]);
        JsonElement summary = Assert.Single(Lines(ProgramProcess.Run("rctonnx", "answer", "--model", Questions, "--data", _folder.File("data.jsonl"), "--evaluate", "--answer-column", "a", "--start-column", "s")));
        Assert.Equal((2, 0.5, 0.5), (summary.GetProperty("count").GetInt32(), summary.GetProperty("exact_match").GetDouble(), summary.GetProperty("f1").GetDouble()));

        using ChoiceSelector selector = ChoiceSelector.Load(Choices);
        string[] texts = ["a b", "patients", "results ."];
        int index = selector.Select("the", texts).Index;
        File.WriteAllLines(_folder.File("choices.jsonl"), ((int[])[index, (index + 1) % 3]).Select(label => JsonSerializer.Serialize(new { prompt = "the", choices = texts, label })));
        Assert.Equal(0.5, Assert.Single(Lines(ProgramProcess.Run("rctonnx", "choose", "--model", Choices, "--data", _folder.File("choices.jsonl"), "--evaluate"))).GetProperty("accuracy").GetDouble());
        JsonElement[] chosen = Lines(ProgramProcess.Run("rctonnx", "choose", "--model", Choices, "--data", _folder.File("choices.jsonl")));
        Assert.Equal([index, index], chosen.Select(line => line.GetProperty("index").GetInt32()));
        File.WriteAllText(_folder.File("unknown.jsonl"), JsonSerializer.Serialize(new { prompt = "the", choices = texts, label = -1, question = "a", context = Context, answer = "elsewhere" }));
        Assert.Equal(index, Assert.Single(Lines(ProgramProcess.Run("rctonnx", "choose", "--model", Choices, "--data", _folder.File("unknown.jsonl")))).GetProperty("index").GetInt32());
        Assert.Equal(span.Text, Assert.Single(Lines(ProgramProcess.Run("rctonnx", "answer", "--model", Questions, "--data", _folder.File("unknown.jsonl")))).GetProperty("answer").GetString());
        foreach (string[] verb in (string[][])[["choose", "--model", Choices], ["answer", "--model", Questions]])
        {
            ProgramProcess refused = ProgramProcess.Run("rctonnx", [.. verb, "--data", _folder.File("unknown.jsonl"), "--evaluate", "--output", _folder.File("answers.jsonl")]);
            Assert.Equal((ExitCodes.Usage, true), (refused.ExitCode, refused.Error.Contains("of which --output would get none", StringComparison.Ordinal)));
        }
        JsonElement one = Assert.Single(Lines(ProgramProcess.Run("rctonnx", ["choose", "--model", Choices, "--prompt", "the", "--choices", .. texts])));
        Assert.Equal((texts[index], 3), (one.GetProperty("choice").GetString(), one.GetProperty("scores").GetArrayLength()));
    }

    [Fact]
    public void Fill_mask_prints_the_likeliest_pieces()
    {
        using MaskFiller filler = MaskFiller.Load(Masks, new TextClassifierOptions { TopK = 3 });
        FilledMask expected = Assert.Single(filler.Fill("the [MASK] were ."));
        ProgramProcess table = ProgramProcess.Run("rctonnx", "fill-mask", "--model", Masks, "the [MASK] were .", "--top", "3");
        Assert.True(table.ExitCode == 0, table.Error);
        string[] lines = table.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(4, lines.Length);
        for (int i = 0; i < 3; i++) Assert.EndsWith(expected.Pieces[i].Piece, lines[i + 1]);
        JsonElement pieces = Assert.Single(Lines(ProgramProcess.Run("rctonnx", "fill-mask", "--model", Masks, "--json", "😀 [MASK]"))).GetProperty("masks")[0];
        Assert.Equal((2, 5), (pieces.GetProperty("start").GetInt32(), pieces.GetProperty("pieces").GetArrayLength()));
        ProgramProcess without = ProgramProcess.Run("rctonnx", "fill-mask", "--model", Masks, "the results");
        Assert.Equal(ExitCodes.InputRefused, without.ExitCode);
        Assert.Contains("has no [MASK]", without.Error);
    }

    [Fact]
    public void Verbs_refuse_files_of_other_kinds_with_the_verb_to_use_and_inspect_says_what_a_file_is()
    {
        foreach ((string path, string verb) in new[] { (Questions, "answer"), (Choices, "choose"), (Masks, "fill-mask") })
        {
            File.WriteAllText(_folder.File("data.tsv"), "text\tlabel\nthe\ta\n");
            foreach (string[] arguments in (string[][])[["classify", "--model", path, "the"], ["evaluate", "--model", path, "--data", _folder.File("data.tsv")], ["verify", "--model", path]])
            {
                ProgramProcess run = ProgramProcess.Run("rctonnx", arguments);
                Assert.True(run.ExitCode == ExitCodes.ModelRefused, $"{arguments[0]}: {run.ExitCode} {run.Error}");
                Assert.Contains($"'rctonnx {verb}'", run.Error);
            }
            Assert.Contains($"run by rctonnx {verb}", ProgramProcess.Run("rctonnx", "inspect", "--model", path).Output);
            ProgramProcess compiled = ProgramProcess.Run("rctonnx", "compile", "--model", path, "--output", _folder.File("compiled.onnx"));
            Assert.True(compiled.ExitCode == 0, compiled.Error);
        }
        ProgramProcess answer = ProgramProcess.Run("rctonnx", "answer", "--model", Choices, "--question", "a", "--context", "b");
        Assert.Contains("'rctonnx choose'", answer.Error);
        Assert.Contains("\"question_answering\"", ProgramProcess.Run("rctonnx", "inspect", "--model", Questions, "--json").Output);
    }

    [Fact]
    public void Quantize_judges_every_kind_by_its_own_figure_and_refuses_options_of_another()
    {
        const string Context = "the results were patients a b c d";
        using (QuestionAnswerer answerer = QuestionAnswerer.Load(Questions))
            File.WriteAllLines(_folder.File("questions.jsonl"), Enumerable.Range(0, 20).Select(i => $"{(char)('a' + i)}").Select(asked => answerer.Answer(asked, Context).Best is { } span
                ? JsonSerializer.Serialize(new { q = asked, context = Context, answer = span.Text, start = span.Start }) : ""));
        string[] texts = ["a b", "patients", "results ."];
        using (ChoiceSelector selector = ChoiceSelector.Load(Choices))
            File.WriteAllLines(_folder.File("choices.jsonl"), Enumerable.Range(0, 20).Select(i => $"{(char)('a' + i)}").Select(prompt => JsonSerializer.Serialize(new { prompt, choices = texts, right = selector.Select(prompt, texts).Index })));
        File.WriteAllLines(_folder.File("texts.txt"), Enumerable.Range(0, 20).Select(i => $"the {(char)('a' + i)} were {(char)('b' + i)} results a b c d e"));
        foreach ((string model, string data, string figure, double? before, int answers, string[] more) in ((string, string, string, double?, int, string[])[])
        [
            (Questions, "questions.jsonl", "token F1", 1, 20, ["--question-column", "q"]), // the labels are the fp32 model's own answers
            (Choices, "choices.jsonl", "accuracy", 1, 20, ["--label-column", "right"]),
            (Masks, "texts.txt", "accuracy", null, 40, []),
        ])
        {
            string output = _folder.File("int8.onnx");
            ProgramProcess run = ProgramProcess.Run("rctonnx", ["quantize", "--model", model, "--calibration", _folder.File(data), "--evaluate", _folder.File(data), "--max-drop", "100", "--output", output, "--json", .. more]);
            Assert.True(run.ExitCode == 0, run.Error);
            JsonElement found = JsonDocument.Parse(run.Output).RootElement;
            Assert.Equal((figure, answers), (found.GetProperty("figure").GetString(), found.GetProperty("dev_texts").GetInt32()));
            if (before is { } known) Assert.Equal(known, found.GetProperty("before").GetDouble(), 9);
            Assert.InRange(found.GetProperty("agreement").GetDouble(), 0.5, 1);
            ModelArtifact int8 = ModelFile.Read(output).RequireArtifact();
            Assert.NotEmpty(int8.Inputs);
            using (ModelKinds.Load(output, int8.ProblemType, new TextClassifierOptions())) { }
            ProgramProcess refused = ProgramProcess.Run("rctonnx", "quantize", "--model", model, "--calibration", _folder.File(data), "--output", output, "--group-column", "abstract", "--label-columns", "a");
            Assert.True(refused.ExitCode == ExitCodes.Usage, refused.Error);
            Assert.Contains("--label-columns, --group-column are not for", refused.Error);
        }
        ProgramProcess idle = ProgramProcess.Run("rctonnx", "quantize", "--model", Choices, "--calibration", _folder.File("choices.jsonl"), "--output", _folder.File("int8.onnx"), "--label-column", "right");
        Assert.Equal((ExitCodes.Usage, true), (idle.ExitCode, idle.Error.Contains("--label-column is read with --evaluate alone", StringComparison.Ordinal)));
        File.WriteAllText(_folder.File("foreign.txt"), "42 -- ab\nthe [MASK] were\n");
        ProgramProcess unknown = ProgramProcess.Run("rctonnx", "quantize", "--model", Masks, "--calibration", _folder.File("foreign.txt"), "--output", _folder.File("int8.onnx"));
        Assert.Equal((ExitCodes.InputRefused, true), (unknown.ExitCode, unknown.Error.Contains("2 texts, none with a word", StringComparison.Ordinal)));
        string asked = string.Join(' ', Enumerable.Repeat("patients", 80));
        File.WriteAllLines(_folder.File("long.jsonl"), [JsonSerializer.Serialize(new { question = "the", context = "a b c" }), JsonSerializer.Serialize(new { question = asked, context = "a" })]);
        ProgramProcess tooLong = ProgramProcess.Run("rctonnx", "quantize", "--model", Questions, "--calibration", _folder.File("long.jsonl"), "--output", _folder.File("int8.onnx"));
        Assert.Equal((ExitCodes.InputRefused, true), (tooLong.ExitCode, tooLong.Error.Contains("The text \"patients patients", StringComparison.Ordinal)));
    }
}
