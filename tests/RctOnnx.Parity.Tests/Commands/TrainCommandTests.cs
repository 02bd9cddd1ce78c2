using System.Reflection;
using System.Text.Json;
using RctOnnx.Parity.Tests.Training;
using RctOnnx.Testing;
using RctOnnx.Train.Commands;
using RctOnnx.Train.Examples;
using RctOnnx.Train.Settings;
using Xunit;

namespace RctOnnx.Parity.Tests.Commands;

public sealed class TrainCommandTests : IDisposable
{
    private readonly SmallTask _task = new();

    public void Dispose() => _task.Dispose();

    [Fact]
    public void Train_then_evaluate_print_one_json_object_and_agree()
    {
        ProgramProcess trained = Run("--steps", "40", "--batch", "8", "--learning-rate", "1e-2", "--max-length", "32", "--json");
        Assert.True(trained.ExitCode == 0, trained.Error);
        JsonElement metrics = JsonDocument.Parse(trained.Output).RootElement;
        foreach (string name in (string[])["model.onnx", "metrics.json", "report.html", "settings.json", "metrics.jsonl"])
            Assert.True(File.Exists(Path.Combine(_task.File("run"), name)), name);
        Assert.DoesNotContain("\u001b", trained.Error);

        ProgramProcess evaluated = ProgramProcess.Run("rctonnx-train", "evaluate", "--model", Path.Combine(_task.File("run"), "model.onnx"), "--data", _task.Test, "--json");
        Assert.True(evaluated.ExitCode == 0, evaluated.Error);
        Assert.Equal(
            metrics.GetProperty("sets").GetProperty("test").GetProperty("trained").GetProperty("accuracy").GetDouble(),
            JsonDocument.Parse(evaluated.Output).RootElement.GetProperty("accuracy").GetDouble());
    }

    [Fact]
    public void Check_data_train_and_evaluate_read_Parquet_as_they_read_tsv()
    {
        string parquet = _task.File("train.parquet");
        string[][] rows = [.. File.ReadLines(_task.Train).Skip(1).Select(line => line.Split('\t'))];
        ParquetFiles.Write(parquet, 100, ("text", rows.Select(row => row[1]).ToArray()), ("label", rows.Select(row => row[0]).ToArray()));
        JsonElement[] sets = [.. new[] { _task.Train, parquet }.Select(path => JsonDocument.Parse(
            ProgramProcess.Run("rctonnx-train", "check-data", "--train", path, "--base", _task.Base, "--json").Output).RootElement.GetProperty("sets"))];
        Assert.Equal(sets[0].GetRawText(), sets[1].GetRawText());
        string[] figures = [.. new[] { _task.Train, parquet }.Select((path, i) =>
        {
            ProgramProcess run = ProgramProcess.Run("rctonnx-train", "train", "--base", _task.Base, "--train", path, "--test", path,
                "--steps", "2", "--batch", "8", "--max-length", "32", "--device", "cpu", "--output", _task.File($"run{i}"), "--json");
            Assert.True(run.ExitCode == 0, run.Error);
            return JsonDocument.Parse(run.Output).RootElement.GetProperty("sets").GetProperty("train").GetProperty("trained").GetRawText();
        })];
        Assert.Equal(figures[0], figures[1]);
        ProgramProcess evaluated = ProgramProcess.Run("rctonnx-train", "evaluate", "--model", Path.Combine(_task.File("run1"), "model.onnx"), "--data", parquet, "--json");
        Assert.True(evaluated.ExitCode == 0, evaluated.Error);
        Assert.Equal(JsonDocument.Parse(figures[1]).RootElement.GetProperty("accuracy").GetDouble(), JsonDocument.Parse(evaluated.Output).RootElement.GetProperty("accuracy").GetDouble());
    }

    [Fact]
    public void Settings_come_from_a_file_and_the_command_line_goes_before_it()
    {
        File.WriteAllText(_task.File("settings.json"), """{"steps": 3, "batch": 4, "learning_rate": 0.5, "max_length": 32}""");
        ProgramProcess run = Run("--settings", _task.File("settings.json"), "--learning-rate", "0.001");
        Assert.True(run.ExitCode == 0, run.Error);
        TrainSettings settings = SettingsJson.Parse(SettingsJson.ReadObject(Path.Combine(_task.File("run"), "settings.json")));
        Assert.Equal((3, 4, 0.001, 32), (settings.Steps, settings.Batch, settings.LearningRate, settings.MaxLength));
    }

    [Fact]
    public void Every_setting_has_its_option()
    {
        IEnumerable<string> options = new SettingOptions().Options.Select(option => option.Name[2..].Replace('-', '_'));
        Assert.Equal(SettingsJson.ToObject(new TrainSettings()).Select(pair => pair.Key).Append("settings").Order(), options.Order());
        Assert.NotEmpty(typeof(TrainSettings).GetProperties(BindingFlags.Public | BindingFlags.Instance));
    }

    [Fact]
    public void Check_data_counts_tokens_finds_the_leak_and_refuses_broken_rows()
    {
        File.WriteAllLines(_task.File("copy.tsv"), ["label\ttext", .. File.ReadLines(_task.Train).Skip(1).Take(1), "were\tsomething new"]);
        ProgramProcess leak = ProgramProcess.Run("rctonnx-train", "check-data", "--train", _task.Train, "--test", _task.File("copy.tsv"), "--base", _task.Base, "--max-length", "32", "--json");
        Assert.True(leak.ExitCode == 0, leak.Error);
        JsonElement found = JsonDocument.Parse(leak.Output).RootElement;
        Assert.Equal((1, "tokens", 240), (found.GetProperty("leaks")[0].GetProperty("row_count").GetInt32(), found.GetProperty("length_unit").GetString(), found.GetProperty("sets")[0].GetProperty("rows").GetInt32()));
        File.AppendAllText(_task.File("copy.tsv"), "a row without a tab\nwere\tsomething else\nanother\n");
        ProgramProcess broken = ProgramProcess.Run("rctonnx-train", "check-data", "--train", _task.Train, "--test", _task.File("copy.tsv"));
        Assert.Equal(ExitCodes.InputRefused, broken.ExitCode);
        Assert.Contains("copy.tsv', line 4", broken.Error);
        Assert.Contains("copy.tsv', line 6", broken.Error);
    }

    [Fact]
    public void Check_data_splits_as_train_does()
    {
        ProgramProcess check = ProgramProcess.Run("rctonnx-train", "check-data", "--train", _task.Train, "--dev-share", "0.2", "--test-share", "0.1", "--json");
        Assert.True(check.ExitCode == 0, check.Error);
        TaskData data = TaskData.Open(_task.Settings() with { Dev = null, Test = [], DevShare = 0.2, TestShare = 0.1 });
        Assert.Equal(
            [("train", data.Train.Count()), ("dev", data.Dev!.Count()), ("test", Assert.Single(data.Tests).Value.Count())],
            JsonDocument.Parse(check.Output).RootElement.GetProperty("sets").EnumerateArray().Select(set => (set.GetProperty("name").GetString()!, set.GetProperty("rows").GetInt32())));
        Assert.Equal(ExitCodes.Usage, ProgramProcess.Run("rctonnx-train", "check-data", "--train", _task.Train, "--dev", _task.Dev, "--dev-share", "0.2").ExitCode);
        Assert.Equal(ExitCodes.Usage, ProgramProcess.Run("rctonnx-train", "check-data", "--train", _task.Train, "--dev-share", "1.5").ExitCode);
    }

    public static TheoryData<string, int, string> Faults => new()
    {
        { "--learning-rate 0", ExitCodes.Usage, "learning-rate is 0" },
        { "--batch 0 --epochs 0", ExitCodes.Usage, "batch is 0" },
        { "--unknown 1", ExitCodes.Usage, "--help" },
        { "--precision fp8", ExitCodes.Usage, "bf16" },
        { "--device cuda", ExitCodes.ProviderUnavailable, "CUDA" },
        { "--max-length 65", ExitCodes.Usage, "64 positions" },
        { "--max-length 2", ExitCodes.Usage, "max-length is 2" },
        { "--train {missing}", ExitCodes.InputRefused, "missing.tsv" },
        { "--train {empty}", ExitCodes.InputRefused, "empty.tsv" },
        { "--train {oneclass}", ExitCodes.InputRefused, "two labels" },
        { "--train {latin}", ExitCodes.InputRefused, "UTF-8" },
        { "--train {folder}", ExitCodes.InputRefused, "is a folder" },
        { "--dev {unseen}", ExitCodes.InputRefused, "unseen.tsv', line 2" },
        { "--label-column class", ExitCodes.InputRefused, "'class'" },
        { "--base {missing}", ExitCodes.ModelRefused, "missing.tsv" },
        { "--base {folder}", ExitCodes.ModelRefused, "config.json" },
        { "--base {truncated}", ExitCodes.ModelRefused, "truncated.onnx" },
        { "--base {flipped}", ExitCodes.ModelRefused, "flipped.onnx" },
        { "--base {unsupported}", ExitCodes.ModelRefused, "roberta" },
        { "--output {train}", ExitCodes.OutputFailed, "train.tsv" },
        { "--output {train}/below", ExitCodes.OutputFailed, "train.tsv" },
        { "--resume", ExitCodes.ModelRefused, "settings.json" },
        { "--settings {missing}", ExitCodes.Usage, "missing.tsv" },
        { "--settings {train}", ExitCodes.Usage, "not valid JSON" },
        { "--settings {wrongname}", ExitCodes.Usage, "learning_rate" },
        { "--dev-share 0.1", ExitCodes.Usage, "dev share" },
        { "--threads 0", ExitCodes.Usage, "threads is 0" },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void A_mistake_ends_with_its_code_a_message_and_no_file(string options, int exitCode, string named)
    {
        WriteFaultyInputs();
        foreach (string name in (string[])["missing", "empty", "oneclass", "latin", "unseen", "train"]) options = options.Replace($"{{{name}}}", _task.File(name + ".tsv"));
        foreach (string name in (string[])["truncated", "flipped"]) options = options.Replace($"{{{name}}}", _task.File(name + ".onnx"));
        options = options.Replace("{folder}", _task.File("folder")).Replace("{unsupported}", _task.File("unsupported")).Replace("{wrongname}", _task.File("wrongname.json"));

        ProgramProcess run = Run(options.Split(' '));

        Assert.True(run.ExitCode == exitCode, $"exit code {run.ExitCode}: {run.Error}");
        Assert.Contains(named, run.Error);
        Assert.DoesNotContain("   at ", run.Error);
        Assert.Empty(run.Output);
        Assert.False(File.Exists(Path.Combine(_task.File("run"), "model.onnx")));
    }

    private void WriteFaultyInputs()
    {
        File.WriteAllText(_task.File("empty.tsv"), "");
        File.WriteAllText(_task.File("oneclass.tsv"), "label\ttext\nwere\ta b\nwere\tc d\n");
        File.WriteAllBytes(_task.File("latin.tsv"), [.. "label\ttext\nwere\tna"u8, 0xEF, .. "ve\n"u8]);
        File.WriteAllText(_task.File("unseen.tsv"), "label\ttext\nother\ta b\n");
        File.WriteAllText(_task.File("wrongname.json"), """{"learningrate": 1}""");
        Directory.CreateDirectory(_task.File("folder"));
        Directory.CreateDirectory(_task.File("unsupported"));
        File.WriteAllText(Path.Combine(_task.File("unsupported"), "config.json"), """{"model_type": "roberta"}""");
        byte[] model = File.ReadAllBytes(_task.Base);
        File.WriteAllBytes(_task.File("truncated.onnx"), model[..(model.Length / 2)]);
        model[model.Length / 2] ^= 0x10;
        File.WriteAllBytes(_task.File("flipped.onnx"), model);
    }

    /// <summary>A good command line in which the given options take the place of its own.</summary>
    private ProgramProcess Run(params string[] options)
    {
        Dictionary<string, string[]> values = new()
        {
            ["--base"] = [_task.Base],
            ["--train"] = [_task.Train],
            ["--dev"] = [_task.Dev],
            ["--test"] = [_task.Test],
            ["--output"] = [_task.File("run")],
            ["--device"] = ["cpu"],
        };
        if (!options.Contains("--settings")) (values["--steps"], values["--batch"], values["--max-length"]) = (["2"], ["4"], ["32"]);
        for (int i = 0; i < options.Length; i++)
        {
            if (!options[i].StartsWith("--", StringComparison.Ordinal)) continue;
            bool hasValue = i + 1 < options.Length && !options[i + 1].StartsWith("--", StringComparison.Ordinal);
            values[options[i]] = hasValue ? [options[i + 1]] : [];
        }
        return ProgramProcess.Run("rctonnx-train", ["train", .. values.SelectMany(pair => pair.Value.Prepend(pair.Key))]);
    }
}
