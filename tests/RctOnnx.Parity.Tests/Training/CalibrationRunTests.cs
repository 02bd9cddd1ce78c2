using System.Text.Json;
using RctOnnx.Data;
using RctOnnx.Onnx;
using RctOnnx.Runtime;
using RctOnnx.Train.Reports;
using RctOnnx.Train.Settings;
using RctOnnx.Train.Training;
using Xunit;

namespace RctOnnx.Parity.Tests.Training;

/// <summary>Probabilities, mistakes and the card of a run.</summary>
[Collection(TorchCollection.Name)]
public sealed class CalibrationRunTests : IDisposable
{
    private readonly SmallTask _task = new();

    public void Dispose() => _task.Dispose();

    [Fact]
    public void A_calibrated_file_gives_probabilities_that_fit_dev_and_the_same_answers()
    {
        // A fifth of the labels is wrong, so that a model that is sure of itself is not to be trusted.
        int row = 0;
        _task.Relabel(label => row++ % 5 == 0 ? "were" : label);
        TrainSettings settings = _task.Settings();
        TrainingOutcome plain = Run(settings), calibrated = Run(settings with { Calibrate = true, Output = _task.File("calibrated") });
        double temperature = calibrated.Model.Calibration.Temperature;
        Assert.Equal(1, plain.Model.Calibration.Temperature);
        Assert.NotEqual(1, temperature);
        Assert.True(calibrated.DevAnalysis!.Calibrated.NegativeLogLikelihood < calibrated.DevAnalysis.Plain.NegativeLogLikelihood);
        Assert.Equal(new RuntimeAgreement(20, 20), calibrated.Runtime);
        using TextClassifier one = TextClassifier.Load(new RunFolder(settings.Output).Model), other = TextClassifier.Load(new RunFolder(_task.File("calibrated")).Model);
        Classification before = one.Classify("results a b c ."), after = other.Classify("results a b c .");
        Assert.Equal(before.Label, after.Label);
        double sum = after.Logits.Sum(logit => Math.Exp((logit - after.Logits.Max()) / temperature));
        Assert.Equal(1 / sum, after.Scores[0].Score, 1e-5);
        Assert.NotEqual(before.Scores[0].Score, after.Scores[0].Score, 1e-3);

        JsonElement metrics = JsonDocument.Parse(File.ReadAllText(new RunFolder(_task.File("calibrated")).Metrics)).RootElement, test = metrics.GetProperty("sets").GetProperty("test");
        Assert.Equal(temperature, metrics.GetProperty("temperature").GetDouble());
        Assert.Equal(calibrated.Tests[0].Analysis!.Calibrated.ExpectedCalibrationError, test.GetProperty("expected_calibration_error").GetDouble());
        Assert.InRange(calibrated.Tests[0].Trained.Metrics.Accuracy, test.GetProperty("accuracy_interval").GetProperty("lower").GetDouble(), test.GetProperty("accuracy_interval").GetProperty("upper").GetDouble());
    }

    [Fact]
    public void Every_mistake_is_told_the_surest_first_and_the_card_names_file_data_and_figures()
    {
        int row = 0;
        _task.Relabel(label => row++ % 5 == 0 ? "were" : label);
        TrainSettings settings = _task.Settings();
        TrainingOutcome outcome = Run(settings);
        TestFigures test = outcome.Tests[0];
        int wrong = (int)Math.Round((1 - test.Trained.Metrics.Accuracy) * 20);
        Assert.NotEqual(0, wrong);
        Assert.Equal(wrong, test.Analysis!.Mistakes.Count);
        Assert.Equal(test.Analysis.Mistakes.OrderByDescending(one => one.Probability), test.Analysis.Mistakes);
        string[] rows = [.. File.ReadLines(_task.Test)];
        Assert.All(test.Analysis.Mistakes, one => Assert.Equal(rows[one.Row], $"{outcome.Model.Labels[one.Truth]}\t{one.Text}"));
        Assert.Equal(20, test.Analysis.Lengths.Sum(one => one.Count));
        Assert.True(test.Analysis.Lengths.Count(one => one.Count > 0) > 1, "texts of 3 to 40 tokens are of one length");
        (int Truth, int Answer) taken = test.Analysis.Mistakes.GroupBy(one => (one.Truth, one.Answer)).MaxBy(group => group.Count())!.Key;
        Assert.Equal(test.Trained.Metrics.Accuracy, test.Analysis.Lengths.Sum(one => one.Count * one.Accuracy) / 20, 9);

        string[] table = File.ReadAllLines(Path.Combine(settings.Output, RunReport.MistakesFile));
        Assert.Equal("set\trow\tlabel\tanswer\tprobability\ttokens\ttext\tpair", table[0]);
        Assert.Equal(wrong, table.Count(line => line.StartsWith("test\t", StringComparison.Ordinal)));
        string card = File.ReadAllText(Path.Combine(settings.Output, RunReport.CardFile));
        foreach (string expected in (string[])[DataHash.OfFile(new RunFolder(settings.Output).Model), DataHash.OfFile(_task.Train), "95 % interval", "| learning_rate | 0.01 |", "### test, 20 texts", "true label"]) Assert.Contains(expected, card);
        Assert.DoesNotContain(Path.GetDirectoryName(settings.Output)!, card);
        string page = File.ReadAllText(Path.Combine(settings.Output, RunReport.PageFile));
        Assert.Contains($"{outcome.Model.Labels[taken.Truth]} taken for {outcome.Model.Labels[taken.Answer]}", page);
        Assert.True(new FileInfo(Path.Combine(settings.Output, RunReport.ReliabilityFile)).Length > 10_000);
    }

    [Fact]
    public void A_temperature_needs_dev_data_and_one_label_a_text()
    {
        TrainSettings settings = _task.Settings() with { Calibrate = true };
        Assert.Contains("calibrate without dev data", Assert.Throws<SettingsException>(() => Run(settings with { Dev = null })).Message);
        Assert.Contains("calibrate for a Regression task", Assert.Throws<SettingsException>(() => Run(settings with { Problem = ProblemType.Regression })).Message);
    }

    private static TrainingOutcome Run(TrainSettings settings) => TrainingRun.Execute(settings, resume: false, _ => { }, CancellationToken.None);
}
