using System.Text.Json;
using RctOnnx.Onnx;
using RctOnnx.Runtime;
using RctOnnx.Train.Examples;
using RctOnnx.Train.Settings;
using RctOnnx.Train.Training;
using Xunit;

namespace RctOnnx.Parity.Tests.Training;

/// <summary>Problems of other kinds than one label a text, from rows to the answers of the exported file.</summary>
[Collection(TorchCollection.Name)]
public sealed class ProblemTests : IDisposable
{
    // Numbers far from 0 and 1, so that a model that forgot the scale would be far off.
    private static readonly Dictionary<string, string> Grades = new() { ["were"] = "100", ["patients"] = "300", ["results"] = "900" };

    private readonly SmallTask _task = new();

    public void Dispose() => _task.Dispose();

    [Fact]
    public void Several_labels_a_text_are_learnt_with_thresholds_in_the_file()
    {
        _task.Relabel(label => label == "were" ? "" : label == "patients" ? "patients|any" : "any");
        TrainingOutcome outcome = Run(_task.Settings() with { Problem = ProblemType.MultiLabel });
        Assert.Equal(["any", "patients"], outcome.Model.Labels);
        Assert.Equal(ThresholdsOnDev(outcome), outcome.Model.Calibration.Thresholds);
        Assert.True(outcome.Tests[0].Trained[MetricName.MicroF1] > 0.9, $"{outcome.Tests[0].Trained[MetricName.MicroF1]}");
        Assert.Equal(new RuntimeAgreement(20, 20), outcome.Runtime);
        using TextClassifier classifier = TextClassifier.Load(new RunFolder(_task.File("run")).Model);
        Assert.Equal(["any", "patients"], classifier.Classify("patients a b .").Labels);
        Assert.Empty(classifier.Classify("were a b .").Labels);
    }

    // By trying every score of dev: the lowest threshold of the best F1 lies between two scores.
    private double[] ThresholdsOnDev(TrainingOutcome outcome)
    {
        string[][] truth = [.. File.ReadLines(_task.Dev).Skip(1).Select(line => line.Split('\t')[0].Split('|', StringSplitOptions.RemoveEmptyEntries))];
        return [.. outcome.Model.Labels.Select((label, column) =>
        {
            double chosen = outcome.Model.Calibration.Thresholds![column];
            double[] scores = [.. Enumerable.Range(0, truth.Length).Select(row => 1 / (1 + Math.Exp(-outcome.Dev!.Logits[row * 2 + column])))];
            double best = scores.Concat([chosen]).Max(threshold => F1(threshold));
            return F1(chosen) == best ? chosen : -1;

            double F1(double threshold)
            {
                int right = truth.Where((labels, row) => labels.Contains(label) && scores[row] >= threshold).Count();
                return 2.0 * right / Math.Max(1, truth.Count(labels => labels.Contains(label)) + scores.Count(score => score >= threshold));
            }
        })];
    }

    [Fact]
    public void Columns_of_0_and_1_say_the_same_as_labels_in_one_column()
    {
        _task.Relabel(label => label == "were" ? "" : label == "patients" ? "any|patients" : "any");
        TrainSettings settings = _task.Settings() with { Problem = ProblemType.MultiLabel, Steps = 3 };
        TrainingOutcome joined = Run(settings);
        foreach (string file in (string[])[_task.Train, _task.Dev, _task.Test])
        {
            string[][] rows = [.. File.ReadLines(file).Skip(1).Select(line => line.Split('\t'))];
            File.WriteAllLines(file, ["patients\ttext\tany", .. rows.Select(row => $"{(row[0].Contains("patients", StringComparison.Ordinal) ? 1 : 0)}\t{row[1]}\t{(row[0].Length > 0 ? 1 : 0)}")]);
        }
        TrainingOutcome columns = Run(settings with { LabelColumns = ["any", "patients"], Output = _task.File("columns") });
        Assert.Equal(joined.Model.Labels, columns.Model.Labels);
        Assert.Equal(joined.Tests[0].Trained.Logits, columns.Tests[0].Trained.Logits);
        File.WriteAllText(_task.Test, "patients\ttext\tany\n1\ta\tyes\n");
        Assert.Contains("'any' holds 'yes'", Assert.Throws<DataException>(() => Run(settings with { LabelColumns = ["any", "patients"], Output = _task.File("bad") })).Message);
    }

    [Fact]
    public void Values_are_answered_in_the_unit_of_the_data()
    {
        _task.Relabel(label => Grades[label]);
        TrainSettings settings = _task.Settings() with { Problem = ProblemType.Regression };
        TrainingOutcome outcome = Run(settings);
        Assert.True(outcome.Tests[0].Trained[MetricName.Pearson] > 0.95, $"{outcome.Tests[0].Trained[MetricName.Pearson]}");
        Assert.Equal(new RuntimeAgreement(20, 20), outcome.Runtime);
        using TextClassifier classifier = TextClassifier.Load(new RunFolder(settings.Output).Model);
        Classification answer = classifier.Classify("results a b .");
        Assert.Equal("label", answer.Label);
        Assert.InRange(answer.Score, 700, 1100);

        // Training that goes on from the file starts where it ended, whatever the scale of the new rows.
        TrainingOutcome next = Run(settings with { Base = new RunFolder(settings.Output).Model, Output = _task.File("next"), Steps = 1 });
        Assert.All(next.Tests[0].Untrained.Logits.Zip(outcome.Tests[0].Trained.Logits), pair => Assert.Equal(pair.Second, pair.First, 0.1f));
    }

    [Fact]
    public void Ordered_labels_are_learnt_by_thresholds_that_stay_in_order()
    {
        _task.Relabel(label => Grades[label]);
        TrainSettings settings = _task.Settings() with { Problem = ProblemType.Ordinal, Epochs = 6 };
        TrainingOutcome outcome = Run(settings);
        Assert.Equal(["100", "300", "900"], outcome.Model.Labels); // by value, not by name
        Assert.True(outcome.Tests[0].Trained[MetricName.QuadraticWeightedKappa] > 0.8, $"{outcome.Tests[0].Trained[MetricName.QuadraticWeightedKappa]}");
        Assert.Equal(new RuntimeAgreement(20, 20), outcome.Runtime);
        Assert.True(JsonDocument.Parse(File.ReadLines(new RunFolder(settings.Output).Log).Last()).RootElement.GetProperty("others").GetProperty("quadratic_weighted_kappa").GetDouble() > 0);
        double[] thresholds = OrderedThresholds.Of(outcome.Model.Weights[TensorNames.HeadThresholds].ToFloats());
        Assert.True(thresholds[0] < thresholds[1]);
        using TextClassifier classifier = TextClassifier.Load(new RunFolder(settings.Output).Model);
        Assert.Equal(1, classifier.Classify("results a b .").Scores.Sum(score => (double)score.Score), 5);

        TrainingOutcome reversed = Run(settings with { Labels = ["900", "300", "100"], Output = _task.File("reversed"), Steps = 1 });
        Assert.Equal(["900", "300", "100"], reversed.Model.Labels);
    }

    [Fact]
    public void Labels_without_a_known_order_are_refused_until_it_is_given()
    {
        TrainSettings settings = _task.Settings() with { Problem = ProblemType.Ordinal, Steps = 1 };
        Assert.Contains("--labels", Assert.Throws<DataException>(() => Run(settings)).Message);
        Assert.Equal(["were", "patients", "results"], Run(settings with { Labels = ["were", "patients", "results"], Output = _task.File("given") }).Model.Labels);
    }

    [Fact]
    public void Hidden_layers_of_a_head_have_the_widths_that_were_asked_for()
    {
        TrainingOutcome two = Run(_task.Settings() with { Head = HeadChoice.Mlp, HeadDropout = 0.2 }), three = Run(_task.Settings() with { Head = HeadChoice.Mlp, Hidden = [9, 8, 7], Steps = 2, Output = _task.File("three") });
        Assert.Equal([24, 24], two.Model.Head.HiddenWidths);
        Assert.Equal(0.2, two.Model.Head.Dropout);
        Assert.True(two.Tests[0].Trained.Metrics.Accuracy > 0.5, $"{two.Tests[0].Trained.Metrics.Accuracy}");
        Assert.Equal([7, 3], three.Model.Weights[TensorNames.Weight(TensorNames.HeadOutput)].Shape);
        Assert.Equal(new RuntimeAgreement(20, 20), three.Runtime);
        TrainingOutcome largest = Run(_task.Settings() with { Head = HeadChoice.Mlp, Pooling = Pooling.Max, Hidden = [9, 8, 7], Steps = 2, Output = _task.File("largest") });
        Assert.Equal((Pooling.Mean, Pooling.Max), (three.Model.Head.Pooling, largest.Model.Head.Pooling));
        Assert.NotEqual(three.Tests[0].Trained.Logits, largest.Tests[0].Trained.Logits);
        Assert.Equal(new RuntimeAgreement(20, 20), largest.Runtime);
    }

    [Fact]
    public void Rare_labels_are_weighed_by_a_file_or_repeated()
    {
        File.WriteAllText(_task.File("weights.json"), """{"were": 5, "patients": 1, "results": 1}""");
        TrainSettings settings = _task.Settings() with { Steps = 3 };
        TrainingOutcome plain = Run(settings);
        TrainingOutcome weighed = Run(settings with { ClassWeights = ClassWeighting.File, ClassWeightFile = _task.File("weights.json"), Output = _task.File("weighed") });
        TrainingOutcome repeated = Run(settings with { Oversample = true, Output = _task.File("repeated") });
        Assert.NotEqual(plain.Tests[0].Trained.Loss, weighed.Tests[0].Trained.Loss);
        Assert.NotEqual(plain.Tests[0].Trained.Loss, repeated.Tests[0].Trained.Loss);
        File.WriteAllText(_task.File("weights.json"), """{"were": 5, "other": 1, "results": 1}""");
        string fault = Assert.Throws<SettingsException>(() => Run(settings with { ClassWeights = ClassWeighting.File, ClassWeightFile = _task.File("weights.json"), Output = _task.File("bad") })).Message;
        Assert.Contains("missing: patients; not known: other", fault);
    }

    [Fact]
    public void Oversampling_gives_every_label_as_many_rows()
    {
        int[] classes = [0, 0, 0, 0, 0, 1, 2, 2], rows = ClassBalance.Oversampled(classes, 3, seed: 1);
        Assert.Equal(Enumerable.Range(0, 8), rows.Take(8));
        Assert.All(rows.GroupBy(row => classes[row]), label => Assert.Equal(5, label.Count()));
        Assert.NotEqual(rows, ClassBalance.Oversampled([0, 0, 0, 0, 0, 1, 2, 2], 3, seed: 3));
    }

    [Fact]
    public void A_text_rule_goes_into_the_file_and_changes_what_is_learnt_from()
    {
        foreach (string file in (string[])[_task.Train, _task.Dev, _task.Test])
            File.WriteAllText(file, File.ReadAllText(file).Replace(" .", " @THE1 .", StringComparison.Ordinal));
        TrainingOutcome plain = Run(_task.Settings() with { Steps = 1 });
        TrainingOutcome ruled = Run(_task.Settings() with { Steps = 1, TextRule = TextRule.NumberedPlaceholders, LongText = LongTextPolicy.Window, Output = _task.File("ruled") });
        Assert.NotEqual(plain.Tests[0].Untrained.Logits, ruled.Tests[0].Untrained.Logits);
        Assert.Equal((TextRule.NumberedPlaceholders, LongTextPolicy.Window), (ruled.Model.Tokenizer.Rule, ruled.Model.LongText));
        Assert.Equal(new RuntimeAgreement(20, 20), ruled.Runtime);
    }

    [Theory]
    [InlineData(ProblemType.MultiLabel, "label-smoothing")]
    [InlineData(ProblemType.Regression, "oversample")]
    [InlineData(ProblemType.Regression, "best-metric")]
    [InlineData(ProblemType.SingleLabel, "label-columns")]
    [InlineData(ProblemType.Ordinal, "hidden layers")]
    public void Settings_of_another_problem_are_refused(ProblemType problem, string fault)
    {
        TrainSettings settings = _task.Settings() with
        {
            Problem = problem,
            LabelSmoothing = 0.1,
            Oversample = true,
            BestMetric = MetricName.MicroF1,
            LabelColumns = ["a"],
            Hidden = [4],
        };
        Assert.Contains(fault, Assert.Throws<SettingsException>(settings.Validate).Message);
    }

    [Fact]
    public void Metrics_of_every_problem_stand_in_the_run_folder()
    {
        _task.Relabel(label => Grades[label]);
        Run(_task.Settings() with { Problem = ProblemType.Regression, Steps = 2 });
        JsonElement trained = JsonDocument.Parse(File.ReadAllText(new RunFolder(_task.File("run")).Metrics)).RootElement.GetProperty("sets").GetProperty("test").GetProperty("trained");
        Assert.Equal(20, trained.GetProperty("count").GetInt32());
        Assert.True(trained.GetProperty("regression").GetProperty("mean_absolute_error").GetDouble() > 0);
    }

    private static TrainingOutcome Run(TrainSettings settings) => TrainingRun.Execute(settings, resume: false, _ => { }, CancellationToken.None);
}
