using System.Diagnostics;
using System.Text.Json;
using RctOnnx.Onnx;
using RctOnnx.Runtime;
using RctOnnx.Testing;
using Xunit;

namespace RctOnnx.Cli.Tests;

public sealed class QuantizeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string[] _texts = [.. Enumerable.Range(0, 60).Select(i => $"{(char)('a' + i % 26)} patients {(char)('a' + i * 7 % 26)} results {(char)('a' + i * 3 % 26)}")];

    public QuantizeTests()
    {
        ModelArtifact model = RandomModels.Create(hidden: 48, heads: 4, layers: 3);
        ModelFile.Write(Model, model);
        using TextClassifier classifier = TextClassifier.Load(Model);
        ModelFile.Write(Model, model with { Probes = [new Probe("the results", [2, 59, 60, 3], classifier.Classify("the results").Logits)] });
        File.WriteAllLines(_folder.File("texts.tsv"), ["label\ttext", .. _texts.Select(text => $"{classifier.Classify(text).Label}\t{text}")]);
    }

    private string Model => _folder.File("model.onnx");

    private string Output => _folder.File("int8.onnx");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void An_int8_file_is_written_that_answers_like_the_fp32_one_whatever_the_batch()
    {
        ProgramProcess run = Run("--evaluate", _folder.File("texts.tsv"), "--max-drop", "20", "--json");
        Assert.True(run.ExitCode == 0, run.Error);
        JsonElement found = JsonDocument.Parse(run.Output).RootElement;
        ModelArtifact written = ModelFile.Read(Output).Artifact!;
        Assert.Equal(12, written.Inputs.Count);
        Assert.Single(written.Probes);
        Assert.Equal(60, written.Training!["quantization"]!["dev_texts"]!.GetValue<int>());
        Assert.Equal(3, found.GetProperty("errors").EnumerateObject().Count());
        Assert.Equal(1, found.GetProperty("before").GetDouble()); // the labels are the fp32 model's answers
        using TextClassifier fp32 = TextClassifier.Load(Model), int8 = TextClassifier.Load(Output, new TextClassifierOptions { BatchTokens = 64 });
        IReadOnlyList<Classification> together = int8.Classify(_texts, TestContext.Current.CancellationToken);
        for (int i = 0; i < _texts.Length; i++) Assert.Equal(int8.Classify(_texts[i]).Logits, together[i].Logits);
        double agreement = _texts.Where((text, i) => fp32.Classify(text).Label == together[i].Label).Count() / 60.0;
        Assert.Equal(agreement, found.GetProperty("agreement").GetDouble(), 9);
        Assert.Equal(agreement, found.GetProperty("after").GetDouble(), 9);
        Assert.Equal(["int8.onnx", "model.onnx", "texts.tsv"], Directory.EnumerateFileSystemEntries(_folder.Path).Select(Path.GetFileName).Order());
    }

    [Theory]
    [InlineData(ProblemType.MultiLabel, HeadKind.Linear, "micro F1")]
    [InlineData(ProblemType.Regression, HeadKind.Linear, "Pearson correlation")]
    [InlineData(ProblemType.Ordinal, HeadKind.Linear, "quadratic weighted kappa")]
    [InlineData(ProblemType.SingleLabel, HeadKind.Mlp, "accuracy")]
    [InlineData(ProblemType.Ordinal, HeadKind.Mlp, "quadratic weighted kappa")]
    public void Every_problem_is_judged_by_its_own_figure_and_refused_where_that_drops_too_far(ProblemType problem, HeadKind head, string figure)
    {
        Func<Classification, string> label = problem switch
        {
            ProblemType.MultiLabel => answer => string.Join('|', answer.Labels),
            ProblemType.Regression => answer => answer.Score.ToString(System.Globalization.CultureInfo.InvariantCulture),
            _ => answer => answer.Label,
        };
        string[] labels = [];
        for (int seed = 1; labels.Distinct().Count() < 2; seed++) // a random model may give all texts one label
        {
            ModelFile.Write(Model, RandomModels.Create(head: head, hidden: 48, heads: 4, layers: 3, problem: problem, labelCount: problem == ProblemType.Regression ? 1 : 3, seed: seed));
            using TextClassifier classifier = TextClassifier.Load(Model);
            labels = [.. _texts.Select(text => label(classifier.Classify(text)))];
        }
        File.WriteAllLines(_folder.File("texts.tsv"), ["label\ttext", .. labels.Zip(_texts, (own, text) => $"{own}\t{text}")]);
        ProgramProcess run = Run("--evaluate", _folder.File("texts.tsv"), "--max-drop", "100", "--json");
        Assert.True(run.ExitCode == 0, run.Error);
        JsonElement found = JsonDocument.Parse(run.Output).RootElement;
        Assert.Equal(figure, found.GetProperty("figure").GetString());
        Assert.Equal(1, found.GetProperty("before").GetDouble(), 5);
        Assert.InRange(found.GetProperty("after").GetDouble(), 0, 1);
        if (found.GetProperty("after").GetDouble() == 1) return;
        ProgramProcess strict = Run("--evaluate", _folder.File("texts.tsv"), "--max-drop", "0", "--json");
        Assert.True(strict.ExitCode == ExitCodes.GateFailed || JsonDocument.Parse(strict.Output).RootElement.GetProperty("after").GetDouble() >= 1 - 1e-9, strict.Output);
    }

    [Fact]
    public void A_drop_that_is_too_large_even_with_all_layers_in_fp32_writes_nothing()
    {
        // One huge value in each row of the word table: with one scale a row all words become the same. The bias puts half of the
        // texts on either side, so that the int8 model, which cannot tell them apart, misses about half.
        ModelArtifact model = ModelFile.Read(Model).Artifact! with { Probes = [] };
        float[] words = model.Weights[TensorNames.WordEmbeddings].ToFloats();
        for (int i = 0; i < words.Length; i += 48) words[i] = 100;
        Dictionary<string, TensorData> weights = new(model.Weights) { [TensorNames.WordEmbeddings] = TensorData.FromFloats(words, words.Length / 48, 48) };
        ModelFile.Write(Model, model with { Weights = weights });
        using (TextClassifier classifier = TextClassifier.Load(Model))
        {
            float[] differences = [.. _texts.Select(text => classifier.Classify(text).Logits).Select(logits => logits[0] - logits[1]).Order()];
            float[] bias = model.Weights["head.output.bias"].ToFloats();
            weights["head.output.bias"] = TensorData.FromFloats([bias[0], bias[1] + differences[30], -99], 3);
        }
        ModelFile.Write(Model, model with { Weights = weights });
        using (TextClassifier classifier = TextClassifier.Load(Model))
            File.WriteAllLines(_folder.File("texts.tsv"), ["label\ttext", .. _texts.Select(text => $"{classifier.Classify(text).Label}\t{text}")]);
        File.WriteAllText(Output, "an older file");

        ProgramProcess run = Run("--evaluate", _folder.File("texts.tsv"), "--max-drop", "5");

        Assert.True(run.ExitCode == ExitCodes.GateFailed, $"exit {run.ExitCode}: {run.Error}{run.Output}");
        Assert.Contains("Nothing was written", run.Error);
        Assert.Equal("an older file", File.ReadAllText(Output));
        Assert.Equal(3, Directory.EnumerateFileSystemEntries(_folder.Path).Count());
    }

    [Fact]
    public async Task A_signal_in_a_long_calibration_which_tells_how_far_it_is_stops_and_leaves_nothing()
    {
        if (OperatingSystem.IsWindows()) Assert.Skip("Windows has no signal to send to one process.");
        CancellationToken token = TestContext.Current.CancellationToken;
        string[] many = [.. Enumerable.Range(0, 200_000).Select(i => $"{_texts[i % _texts.Length]} {(char)('a' + i % 25)}")];
        await File.WriteAllLinesAsync(_folder.File("many.txt"), many, token);
        using Process process = ProgramProcess.Start("rctonnx", "quantize", "--model", Model, "--calibration", _folder.File("many.txt"), "--calibration-texts", "200000", "--evaluate", _folder.File("texts.tsv"), "--output", Output);
        string? line;
        while ((line = await process.StandardError.ReadLineAsync(token)) is not null && !line.Contains("calibration", StringComparison.Ordinal))
        {
        }
        Assert.Matches(@"^Quantizing: calibration, ranges of values: [\d,]+ texts \(\d+ %\), [\d,]+/s, \d\d:\d\d:\d\d left$", line);
        using (Process kill = Process.Start("kill", ["-TERM", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)])) // as Ctrl+C
            await kill.WaitForExitAsync(token);
        string rest = await process.StandardError.ReadToEndAsync(token);
        await process.WaitForExitAsync(token).WaitAsync(TimeSpan.FromMinutes(2), token);
        Assert.Equal(ExitCodes.Cancelled, process.ExitCode);
        Assert.Contains("Stopped.", rest);
        Assert.Equal(["many.txt", "model.onnx", "texts.tsv"], Directory.EnumerateFileSystemEntries(_folder.Path).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void An_int8_file_or_bad_input_is_refused_in_one_line()
    {
        Assert.Equal(0, Run().ExitCode);
        Refused(ExitCodes.ModelRefused, "quantized already", "--model", Output, "--calibration", _folder.File("texts.tsv"), "--output", _folder.File("again.onnx"));
        Refused(ExitCodes.InputRefused, "missing.tsv", "--model", Model, "--calibration", _folder.File("missing.tsv"), "--output", Output);
        Refused(ExitCodes.Usage, "calibration-texts", "--model", Model, "--calibration", _folder.File("texts.tsv"), "--output", Output, "--calibration-texts", "0");
        Refused(ExitCodes.Usage, "weight-bits", "--model", Model, "--calibration", _folder.File("texts.tsv"), "--output", Output, "--weight-bits", "4");
        Refused(ExitCodes.OutputFailed, "folder", "--model", Model, "--calibration", _folder.File("texts.tsv"), "--output", _folder.Path);
        File.WriteAllText(_folder.File("other.tsv"), "label\ttext\nunknown\tthe results\n");
        Refused(ExitCodes.InputRefused, "unknown", "--model", Model, "--calibration", _folder.File("texts.tsv"), "--evaluate", _folder.File("other.tsv"), "--output", Output);

        File.WriteAllText(_folder.File("empty.tsv"), "label\ttext\n");
        Refused(ExitCodes.InputRefused, "empty.tsv", "--model", Model, "--calibration", _folder.File("texts.tsv"), "--evaluate", _folder.File("empty.tsv"), "--output", Output);
        ModelFile.Write(_folder.File("values.onnx"), RandomModels.Create(problem: ProblemType.Regression, labelCount: 1));
        Refused(ExitCodes.InputRefused, "is no number", "--model", _folder.File("values.onnx"), "--calibration", _folder.File("texts.tsv"), "--evaluate", _folder.File("texts.tsv"), "--output", Output);
        ModelFile.Write(_folder.File("encoder.onnx"), RandomModels.Create(head: HeadKind.None));
        Refused(ExitCodes.ModelRefused, "encoder without a task", "--model", _folder.File("encoder.onnx"), "--calibration", _folder.File("texts.tsv"), "--output", Output);

        static void Refused(int code, string word, params string[] arguments)
        {
            ProgramProcess run = ProgramProcess.Run("rctonnx", ["quantize", .. arguments]);
            Assert.True(run.ExitCode == code, $"exit {run.ExitCode}: {run.Error}");
            Assert.Contains(word, run.Error);
            Assert.DoesNotContain("   at ", run.Error);
        }
    }

    private ProgramProcess Run(params string[] more) =>
        ProgramProcess.Run("rctonnx", ["quantize", "--model", Model, "--calibration", _folder.File("texts.tsv"), "--output", Output, .. more]);
}
