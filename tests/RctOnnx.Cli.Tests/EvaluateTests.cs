using System.Text.Json;
using RctOnnx.Data.Metrics;
using RctOnnx.Onnx;
using RctOnnx.Runtime;
using RctOnnx.Testing;
using Xunit;

namespace RctOnnx.Cli.Tests;

public sealed class EvaluateTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Figures_are_those_of_the_librarys_answers()
    {
        ModelFile.Write(_folder.File("model.onnx"), RandomModels.Create());
        string[] texts = [.. Enumerable.Range(0, 40).Select(i => $"{(char)('a' + i % 26)} patients {(char)('a' + i * 7 % 26)}")];
        int[] truth = [.. texts.Select((_, i) => i % 3)];
        File.WriteAllLines(_folder.File("data.tsv"), ["label\ttext", .. texts.Select((text, i) => $"label {truth[i]}\t{text}")]);
        using TextClassifier classifier = TextClassifier.Load(_folder.File("model.onnx"));
        int[] predicted = [.. texts.Select(text => classifier.Labels.ToList().IndexOf(classifier.Classify(text).Label))];
        ClassificationMetrics expected = ClassificationMetrics.Compute(truth, predicted, 3);

        ProgramProcess json = Run("--json"), table = Run();

        Assert.True(json.ExitCode == 0, json.Error);
        JsonElement found = JsonDocument.Parse(json.Output).RootElement;
        Assert.Equal(expected.Accuracy, found.GetProperty("accuracy").GetDouble());
        Assert.Equal(expected.Macro.F1, found.GetProperty("macro_f1").GetDouble());
        Assert.Equal(expected.PerClass[1].Recall, found.GetProperty("per_label").GetProperty("label 1").GetProperty("recall").GetDouble());
        Assert.Equal(expected.ConfusionMatrix[0][0], found.GetProperty("confusion_matrix")[0][0].GetInt64());
        Assert.True(found.GetProperty("sentences_per_second").GetDouble() > 0);
        Assert.True(found.GetProperty("tokens_per_second").GetDouble() > 0);
        Assert.Contains("macro", table.Output);
        Assert.Equal(JsonValueKind.Null, found.GetProperty("accuracy_interval").ValueKind);
        JsonElement interval = JsonDocument.Parse(Run("--json", "--intervals").Output).RootElement.GetProperty("accuracy_interval");
        ConfidenceInterval wanted = ConfidenceInterval.Bootstrap(truth, predicted, 3, metrics => metrics.Accuracy);
        Assert.Equal((wanted.Lower, wanted.Upper), (interval.GetProperty("lower").GetDouble(), interval.GetProperty("upper").GetDouble()));
    }

    [Fact]
    public void Long_texts_are_cut_or_read_in_windows_as_asked()
    {
        ModelFile.Write(_folder.File("model.onnx"), RandomModels.Create(problem: ProblemType.Regression, labelCount: 1)); // cuts by itself
        string[] texts = [.. Enumerable.Range(0, 12).Select(i => string.Join(' ', Enumerable.Range(0, 150).Select(j => $"{(char)('a' + (i + 7 * j * j) % 26)}")))];
        File.WriteAllLines(_folder.File("data.tsv"), ["label\ttext", .. texts.Select((text, i) => $"{i}\t{text}")]);
        double[] errors = [.. ((string[][])[[], ["--long-text", "truncate"], ["--long-text", "window"]]).Select(more => JsonDocument.Parse(Run(["--json", .. more]).Output).RootElement.GetProperty("regression").GetProperty("mean_absolute_error").GetDouble())];
        Assert.Equal(errors[0], errors[1]);
        Assert.NotEqual(errors[1], errors[2]);
        Assert.Equal(ExitCodes.InputRefused, Run("--long-text", "error").ExitCode);
    }

    [Fact]
    public void Intervals_of_a_model_that_answers_values_are_refused()
    {
        ModelFile.Write(_folder.File("model.onnx"), RandomModels.Create(problem: ProblemType.Regression, labelCount: 1));
        File.WriteAllText(_folder.File("data.tsv"), "label\ttext\n1\ta\n");
        ProgramProcess run = Run("--intervals");
        Assert.Equal(ExitCodes.Usage, run.ExitCode);
        Assert.Contains("--intervals is for models that name one label a text", run.Error);
    }

    [Fact]
    public void A_label_that_the_model_does_not_know_is_named_with_its_line_and_the_known_ones()
    {
        ModelFile.Write(_folder.File("model.onnx"), RandomModels.Create());
        File.WriteAllText(_folder.File("data.tsv"), "label\ttext\nlabel 1\ta\nother\tb\n");
        ProgramProcess run = Run();
        Assert.Equal(ExitCodes.InputRefused, run.ExitCode);
        foreach (string part in (string[])["data.tsv', line 3", "'other'", "label 2"]) Assert.Contains(part, run.Error);
    }

    [Fact]
    public void Labelled_rows_of_a_Parquet_file_are_evaluated_and_a_label_that_is_not_known_is_named_with_its_row()
    {
        ModelFile.Write(_folder.File("model.onnx"), RandomModels.Create());
        File.WriteAllText(_folder.File("data.tsv"), "label\ttext\nlabel 1\ta\nlabel 2\tb\n");
        ParquetFiles.Write(_folder.File("data.parquet"), 1, ("text", new[] { "a", "b" }), ("label", new[] { "label 1", "label 2" }));
        Assert.Equal(Accuracy(Run("--json")), Accuracy(Parquet("--json")));
        ParquetFiles.Write(_folder.File("data.parquet"), 1, ("text", new[] { "a", "b" }), ("label", new[] { "label 1", "other" }));
        ProgramProcess refused = Parquet();
        Assert.Equal(ExitCodes.InputRefused, refused.ExitCode);
        Assert.Contains("data.parquet', row 2", refused.Error);

        ProgramProcess Parquet(params string[] options) => ProgramProcess.Run("rctonnx", ["evaluate", "--model", _folder.File("model.onnx"), "--data", _folder.File("data.parquet"), .. options]);

        static double Accuracy(ProgramProcess run) => JsonDocument.Parse(run.Output).RootElement.GetProperty("accuracy").GetDouble();
    }

    [Fact]
    public void A_model_of_values_is_judged_by_errors_and_correlations()
    {
        ModelFile.Write(_folder.File("model.onnx"), RandomModels.Create(problem: ProblemType.Regression, labelCount: 1));
        File.WriteAllText(_folder.File("data.tsv"), "label\ttext\n1.5\ta\n2\tb\n0\tthe results\n");
        JsonElement found = JsonDocument.Parse(Run("--json").Output).RootElement;
        Assert.True(double.IsFinite(found.GetProperty("regression").GetProperty("mean_squared_error").GetDouble()));
        File.WriteAllText(_folder.File("data.tsv"), "label\ttext\nmany\ta\n");
        Assert.Equal(ExitCodes.InputRefused, Run().ExitCode);
    }

    [Fact]
    public void A_model_of_several_labels_is_judged_by_joined_labels_or_columns()
    {
        ModelFile.Write(_folder.File("model.onnx"), RandomModels.Create(problem: ProblemType.MultiLabel));
        File.WriteAllText(_folder.File("data.tsv"), "label\ttext\nlabel 0|label 2\ta\n\tb\nlabel 1\tthe results\n");
        ProgramProcess joined = Run("--json");
        Assert.True(joined.ExitCode == 0, joined.Error);
        File.WriteAllText(_folder.File("data.tsv"), "label 2\tlabel 0\tlabel 1\ttext\n1\t1\t0\ta\n0\t0\t0\tb\n0\t0\t1\tthe results\n");
        ProgramProcess columns = Run("--json", "--label-columns", "label 0", "label 1", "label 2");
        JsonElement found = JsonDocument.Parse(joined.Output).RootElement, same = JsonDocument.Parse(columns.Output).RootElement;
        using TextClassifier classifier = TextClassifier.Load(_folder.File("model.onnx"));
        bool[] truth = [true, false, true, false, false, false, false, true, false];
        bool[] predicted = [.. new[] { "a", "b", "the results" }.SelectMany(text => classifier.Labels.Select(label => classifier.Classify(text).Labels.Contains(label)))];
        Assert.Equal(MultiLabelMetrics.Compute(truth, predicted, 3).Micro.F1, found.GetProperty("micro").GetProperty("f1").GetDouble());
        foreach (string name in (string[])["exact_match", "hamming_loss", "macro_f1"]) Assert.Equal(found.GetProperty(name).GetDouble(), same.GetProperty(name).GetDouble());
        Assert.Contains("micro F1", Run("--label-columns", "label 0", "label 1", "label 2").Output);
    }

    [Fact]
    public void A_model_of_ordered_labels_is_judged_by_weighted_kappa()
    {
        ModelFile.Write(_folder.File("model.onnx"), RandomModels.Create(problem: ProblemType.Ordinal));
        File.WriteAllText(_folder.File("data.tsv"), "label\ttext\nlabel 0\ta\nlabel 1\tb\nlabel 2\tthe results\n");
        Assert.Equal(JsonValueKind.Number, JsonDocument.Parse(Run("--json").Output).RootElement.GetProperty("quadratic_weighted_kappa").ValueKind);
    }

    private ProgramProcess Run(params string[] options) =>
        ProgramProcess.Run("rctonnx", ["evaluate", "--model", _folder.File("model.onnx"), "--data", _folder.File("data.tsv"), .. options]);
}
