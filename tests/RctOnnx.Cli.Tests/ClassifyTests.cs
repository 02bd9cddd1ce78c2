using System.Diagnostics;
using System.Text.Json;
using RctOnnx.Onnx;
using RctOnnx.Runtime;
using RctOnnx.Testing;
using Xunit;

namespace RctOnnx.Cli.Tests;

public sealed class ClassifyTests : IDisposable
{
    private const int LongInput = 20_000; // times a thousand lines: far more than is read before the program is stopped

    private readonly TemporaryFolder _folder = new();

    public ClassifyTests() => ModelFile.Write(Model, RandomModels.Create());

    private string Model => _folder.File("model.onnx");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Texts_as_arguments_give_the_answers_of_the_library_as_json_lines()
    {
        string[] texts = ["the results were", "patients", ""];
        ProgramProcess run = Run("classify", ["--model", Model, "--echo", .. texts]);
        Assert.True(run.ExitCode == 0, run.Error);
        using TextClassifier classifier = TextClassifier.Load(Model);
        JsonElement[] answers = Json(run.Output);
        Assert.Equal(texts.Length, answers.Length);
        foreach ((string text, JsonElement answer) in texts.Zip(answers))
        {
            Classification expected = classifier.Classify(text);
            Assert.Equal(text, answer.GetProperty("text").GetString());
            Assert.Equal(expected.Label, answer.GetProperty("label").GetString());
            Assert.Equal(expected.Score, answer.GetProperty("score").GetSingle());
            Assert.Equal(expected.TokenCount, answer.GetProperty("tokens").GetInt32());
            Assert.False(answer.GetProperty("truncated").GetBoolean());
            foreach (LabelScore score in expected.Scores) Assert.Equal(score.Score, answer.GetProperty("scores").GetProperty(score.Label).GetSingle());
        }
    }

    [Theory]
    [InlineData("rows.tsv", "label\ttext\nx\tthe results\ny\tpatients\n", null)]
    [InlineData("rows.csv", "label,text\nx,the results\ny,patients\n", null)]
    [InlineData("rows.jsonl", "{\"text\":\"the results\"}\n{\"text\":\"patients\"}\n", null)]
    [InlineData("rows.txt", "###1\nx\tthe results\ny\tpatients\n", null)]
    [InlineData("rows.txt", "the results\npatients\n", null)]
    [InlineData("rows.data", "the results\npatients\n", "text")]
    [InlineData("rows.data", "###1\nx\tthe results\ny\tpatients\n\n", "rct")]
    public void Every_input_format_gives_the_same_answers_from_a_file_and_from_standard_input(string name, string content, string? format)
    {
        File.WriteAllText(_folder.File(name), content);
        string[] formats = format is null ? [] : ["--input-format", format];
        string expected = Run("classify", "--model", Model, "the results", "patients").Output;
        Assert.Equal(expected, Run("classify", ["--model", Model, "--input", _folder.File(name), .. formats]).Output);
        string known = format ?? (content.StartsWith('#') ? "rct" : Path.GetExtension(name)[1..].Replace("txt", "text"));
        ProgramProcess piped = ProgramProcess.RunWithInput("rctonnx", content, "classify", "--model", Model, "--input", "-", "--input-format", known);
        Assert.True(piped.ExitCode == 0, piped.Error);
        Assert.Equal(expected, piped.Output);
    }

    [Fact]
    public void A_Parquet_file_gives_the_same_answers_and_standard_input_cannot_be_one()
    {
        ParquetFiles.Write(_folder.File("rows.parquet"), 1, ("id", new[] { 1, 2 }), ("text", new[] { "the results", "patients" }));
        ProgramProcess run = Run("classify", "--model", Model, "--input", _folder.File("rows.parquet"));
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Equal(Run("classify", "--model", Model, "the results", "patients").Output, run.Output);
        ProgramProcess piped = ProgramProcess.RunWithInput("rctonnx", "PAR1", "classify", "--model", Model, "--input", "-", "--input-format", "parquet");
        Assert.Equal(ExitCodes.InputRefused, piped.ExitCode);
        Assert.Contains("Save it as a file", piped.Error);
    }

    [Fact]
    public void Tsv_answers_have_a_header_and_a_column_for_each_label_and_go_to_a_file()
    {
        ProgramProcess run = Run("classify", "--model", Model, "--output", _folder.File("answers.tsv"), "--long-text", "truncate", "--max-length", "8", "a b c d e f g h i j");
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Empty(run.Output);
        string[] lines = File.ReadAllLines(_folder.File("answers.tsv"));
        Assert.Equal("label\tscore\ttokens\ttruncated\tscore:label 0\tscore:label 1\tscore:label 2", lines[0]);
        string[] cells = lines[1].Split('\t');
        Assert.Equal(("12", "true", 7), (cells[2], cells[3], cells.Length));
    }

    [Fact]
    public void Windows_and_top_k_show_in_the_answer()
    {
        JsonElement answer = Assert.Single(Json(Run("classify", "--model", Model, "--long-text", "window", "--max-length", "8", "--top-k", "1", "a b c d e f g h i j").Output));
        Assert.True(answer.GetProperty("windows").GetInt32() > 1);
        Assert.Single(answer.GetProperty("scores").EnumerateObject());
    }

    [Fact]
    public void Pairs_are_read_from_two_columns()
    {
        File.WriteAllText(_folder.File("pairs.tsv"), "text\tother\nthe results\tpatients\n");
        JsonElement answer = Assert.Single(Json(Run("classify", "--model", Model, "--input", _folder.File("pairs.tsv"), "--pair-column", "other").Output));
        using TextClassifier classifier = TextClassifier.Load(Model);
        Assert.Equal(classifier.Classify(new TextPair("the results", "patients")).Score, answer.GetProperty("score").GetSingle());
    }

    public static TheoryData<string, int, string> Faults => new()
    {
        { "--model {missing} a", ExitCodes.ModelRefused, "missing" },
        { "--model {folder} a", ExitCodes.ModelRefused, "folder" },
        { "--model {truncated} a", ExitCodes.ModelRefused, "truncated.onnx" },
        { "--model {flipped} a", ExitCodes.ModelRefused, "flipped.onnx" },
        { "--model {model}", ExitCodes.Usage, "--input" },
        { "--model {model} --input {rows} a", ExitCodes.Usage, "--input" },
        { "--model {model} --input {missing}.tsv", ExitCodes.InputRefused, "missing.tsv" },
        { "--model {model} --input {folder}", ExitCodes.InputRefused, "is a folder" },
        { "--model {model} --input {empty}", ExitCodes.InputRefused, "no examples" },
        { "--model {model} --input {latin}", ExitCodes.InputRefused, "UTF-8" },
        { "--model {model} --input {rows} --text-column body", ExitCodes.InputRefused, "'body'" },
        { "--model {model} --input {rows} --pair-column other", ExitCodes.InputRefused, "'other'" },
        { "--model {model} --input {ragged}", ExitCodes.InputRefused, "line 3" },
        { "--model {model} --input {rows} --input-format xml", ExitCodes.Usage, "xml" },
        { "--model {model} --input {rows} --output {folder}", ExitCodes.OutputFailed, "is a folder" },
        { "--model {model} --input {rows} --output {rows}/below.jsonl", ExitCodes.OutputFailed, "below.jsonl" },
        { "--model {model} --max-length 65 a", ExitCodes.Usage, "64" },
        { "--model {model} --top-k 0 a", ExitCodes.Usage, "top-k" },
        { "--model {model} --long-text error --max-length 4 --input {rows}", ExitCodes.InputRefused, "rows.tsv', line 3" },
        { "--model {model} --colour red a", ExitCodes.Usage, "--help" },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void A_mistake_ends_with_its_code_a_message_and_no_file(string options, int exitCode, string named)
    {
        WriteFaultyInputs();
        options = options.Replace("{model}", Model).Replace("{folder}", _folder.File("folder")).Replace("{missing}", _folder.File("missing"));
        foreach (string name in (string[])["truncated", "flipped"]) options = options.Replace($"{{{name}}}", _folder.File(name + ".onnx"));
        foreach (string name in (string[])["rows", "empty", "latin", "ragged"]) options = options.Replace($"{{{name}}}", _folder.File(name + ".tsv"));
        string[] before = Directory.GetFileSystemEntries(_folder.Path);

        ProgramProcess run = Run("classify", options.Split(' '));

        Assert.True(run.ExitCode == exitCode, $"exit code {run.ExitCode}: {run.Error}");
        Assert.Contains(named, run.Error);
        Assert.DoesNotContain("   at ", run.Error);
        Assert.Equal(before.Order(), Directory.GetFileSystemEntries(_folder.Path).Order());
    }

    [Fact]
    public void A_full_disk_is_an_output_error()
    {
        if (!File.Exists("/dev/full")) Assert.Skip("This system has no /dev/full.");
        ProgramProcess run = Run("classify", "--model", Model, "--output", "/dev/full", "a");
        Assert.True(run.ExitCode == ExitCodes.OutputFailed, $"exit code {run.ExitCode}: {run.Error}");
        Assert.Contains("/dev/full", run.Error);
    }

    [Fact]
    public async Task A_reader_that_goes_away_ends_the_work_quietly()
    {
        if (OperatingSystem.IsWindows()) Assert.Skip("Broken pipes are another thing on Windows.");
        using Process process = ProgramProcess.Start("rctonnx", "classify", "--model", Model, "--input", "-");
        Task<string> error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        Task writer = Task.Run(() => WriteUntilClosed(process.StandardInput), TestContext.Current.CancellationToken);
        await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
        process.StandardOutput.Close();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        await writer;
        Assert.Equal(ExitCodes.Success, process.ExitCode);
        Assert.DoesNotContain("   at ", await error);
    }

    [Fact]
    public async Task A_signal_to_end_stops_and_leaves_no_output_file()
    {
        if (OperatingSystem.IsWindows()) Assert.Skip("Windows has no signal to send to one process.");
        using Process process = ProgramProcess.Start("rctonnx", "classify", "--model", Model, "--input", "-", "--output", _folder.File("answers.jsonl"));
        Task<string> error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        Task writer = Task.Run(() => WriteUntilClosed(process.StandardInput), TestContext.Current.CancellationToken);
        while (Directory.GetFiles(_folder.Path, "answers*").Length == 0) await Task.Delay(20, TestContext.Current.CancellationToken);
        using (Process kill = Process.Start("kill", ["-TERM", // as Ctrl+C, but never ignored by a process that was started in the background
            process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]))
            await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        await writer;
        Assert.Equal(ExitCodes.Cancelled, process.ExitCode);
        Assert.Contains("Stopped", await error);
        Assert.Empty(Directory.GetFiles(_folder.Path, "answers*"));
    }

    [Fact]
    public async Task A_signal_stops_a_run_that_waits_for_input()
    {
        if (OperatingSystem.IsWindows()) Assert.Skip("Windows has no signal to send to one process.");
        using Process process = ProgramProcess.Start("rctonnx", "classify", "--model", Model, "--input", "-", "--output", _folder.File("answers.jsonl"));
        Task<string> error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        while (Directory.GetFiles(_folder.Path, "answers*").Length == 0) await Task.Delay(20, TestContext.Current.CancellationToken);
        using (Process kill = Process.Start("kill", ["-TERM", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]))
            await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromMinutes(2), TestContext.Current.CancellationToken);
        Assert.Equal(ExitCodes.Cancelled, process.ExitCode);
        Assert.Contains("Stopped", await error);
        Assert.Empty(Directory.GetFiles(_folder.Path, "answers*"));
    }

    [Fact]
    public async Task A_line_on_standard_input_is_answered_before_the_next_one_comes()
    {
        using Process process = ProgramProcess.Start("rctonnx", "classify", "--model", Model, "--input", "-", "--echo");
        foreach (string text in (string[])["the results", "patients"])
        {
            await process.StandardInput.WriteLineAsync(text);
            await process.StandardInput.FlushAsync(TestContext.Current.CancellationToken);
            string? line = await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromMinutes(2), TestContext.Current.CancellationToken);
            Assert.Equal(text, JsonDocument.Parse(line!).RootElement.GetProperty("text").GetString());
        }
        process.StandardInput.Close();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(ExitCodes.Success, process.ExitCode);
    }

    [Fact]
    public void A_redirected_output_goes_on_where_the_shell_has_stopped()
    {
        if (OperatingSystem.IsWindows()) Assert.Skip("Needs a shell.");
        string program = Path.Combine(AppContext.BaseDirectory, "rctonnx.dll"), all = _folder.File("all.txt");
        using (Process shell = Process.Start("bash", ["-c", $"(echo before; dotnet {program} classify --model {Model} a; echo after) > {all}"])) shell.WaitForExit();
        string[] lines = File.ReadAllLines(all);
        Assert.Equal(["before", "after"], [lines[0], lines[^1]]);
        Assert.Equal(3, lines.Length);
    }

    private static void WriteUntilClosed(StreamWriter input)
    {
        try
        {
            string lines = string.Concat(Enumerable.Range(0, 1000).Select(i => $"patients were {(char)('a' + i % 26)}\n"));
            for (int i = 0; i < LongInput; i++) input.Write(lines);
            input.Close();
        }
        catch (IOException)
        {
            // the program has ended
        }
    }

    private void WriteFaultyInputs()
    {
        File.WriteAllText(_folder.File("rows.tsv"), "label\ttext\nx\ta\ny\tthe results were a b c\n");
        File.WriteAllText(_folder.File("ragged.tsv"), "label\ttext\nx\ta\ny\n");
        File.WriteAllText(_folder.File("empty.tsv"), "");
        File.WriteAllBytes(_folder.File("latin.tsv"), [.. "label\ttext\nx\tna"u8, 0xEF, .. "ve\n"u8]);
        Directory.CreateDirectory(_folder.File("folder"));
        byte[] model = File.ReadAllBytes(Model);
        File.WriteAllBytes(_folder.File("truncated.onnx"), model[..(model.Length / 2)]);
        model[model.Length / 2] ^= 0x10;
        File.WriteAllBytes(_folder.File("flipped.onnx"), model);
    }

    private static ProgramProcess Run(string verb, params string[] arguments) => ProgramProcess.Run("rctonnx", [verb, .. arguments]);

    private static JsonElement[] Json(string lines) =>
        [.. lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];
}
