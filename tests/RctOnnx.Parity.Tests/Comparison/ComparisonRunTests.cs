using System.Text.Json.Nodes;
using RctOnnx.Onnx;
using RctOnnx.Parity.Tests.Training;
using RctOnnx.Testing;
using RctOnnx.Train.Comparison;
using RctOnnx.Train.Settings;
using Xunit;

namespace RctOnnx.Parity.Tests.Comparison;

[Collection(TorchCollection.Name)]
public sealed class ComparisonRunTests : IDisposable
{
    private readonly SmallTask _task = new();

    public void Dispose() => _task.Dispose();

    private ComparisonPlan Plan(params (string Name, JsonObject Settings)[] variants)
    {
        JsonObject shared = SettingsJson.ToObject(_task.Settings() with { Steps = 4 });
        shared.Remove("seed");
        shared.Remove("output");
        return new ComparisonPlan { Settings = shared, Variants = variants.ToDictionary(one => one.Name, one => one.Settings), Seeds = [1, 2], BagOfWords = true };
    }

    [Fact]
    public void A_comparison_trains_every_run_once_and_a_second_call_takes_what_is_kept()
    {
        ComparisonPlan plan = Plan(("mean", new JsonObject { ["head"] = "mean" }), ("first", new JsonObject { ["head"] = "linear" }));
        string folder = _task.File("comparison");
        List<string> said = [];
        IReadOnlyList<RunResult> results = ComparisonRun.Execute(plan, folder, said.Add, CancellationToken.None);
        Assert.Equal(["mean", "mean", "first", "first", BagOfWordsRun.Name], results.Select(run => run.Name));
        Assert.All(results, run =>
        {
            Assert.Null(run.Failure);
            Assert.Equal(["dev", "test"], run.Sets.Keys);
            Assert.True(run.SentencesPerSecond > 0 && run.ModelBytes > 0 && run.PeakMemory > 0);
        });
        Assert.NotEqual(results[0].Sets["test"], results[1].Sets["test"]);
        Assert.Equal(1, results[^1].Sets["test"].Accuracy); // the first word says the label

        RunResult[] again = [.. ComparisonRun.Execute(plan, folder, said.Add, CancellationToken.None)];
        Assert.Equal(4, said.Count(line => line.StartsWith("Kept, ", StringComparison.Ordinal)));
        Assert.Equal(results.Select(run => run.Sets["test"]), again.Select(run => run.Sets["test"]));
        ComparisonReport.Write(folder, again, "a machine");
        string table = File.ReadAllText(Path.Combine(folder, ComparisonReport.TableFile));
        Assert.Contains("| mean | 2 | test |", table);
        Assert.Contains("±", table);
        Assert.All((string[])[ComparisonReport.CourseFile, ComparisonReport.TradeOffFile], name => Assert.True(new FileInfo(Path.Combine(folder, name)).Length > 10_000));
    }

    [Fact]
    public void Scores_as_classes_in_order_and_as_values_stand_in_one_table_by_kappa()
    {
        _task.Relabel(label => label == "were" ? "1" : label == "patients" ? "2" : "4");
        ComparisonPlan plan = Plan(
            ("classes", []), ("ordered", new JsonObject { ["problem"] = "ordinal" }), ("values", new JsonObject { ["problem"] = "regression" })) with
        { Seeds = [1] };
        string folder = _task.File("comparison");
        IReadOnlyList<RunResult> results = ComparisonRun.Execute(plan, folder, _ => { }, CancellationToken.None);
        Assert.Equal(["classes", "ordered", "values", BagOfWordsRun.Name], results.Select(run => run.Name));
        Assert.All(results, run => Assert.NotNull(run.Sets["test"].QuadraticWeightedKappa));
        Assert.Equal([false, false, true, false], results.Select(run => run.Sets["test"].Pearson is not null));
        Assert.Equal(1, results[^1].Sets["test"].QuadraticWeightedKappa); // the first word says the score
        Assert.Equal(ComparedFigure.Kappa, ComparedFigure.Shown(results, "test"));
        RunResult[] names = [results[0], results[^1]]; // of classes alone nobody says that their numbers are an order
        Assert.Equal(ComparedFigure.Accuracy, ComparedFigure.Shown(names, "test"));
        Assert.DoesNotContain(ComparedFigure.Kappa, ComparedFigure.In(names));
        ComparisonReport.Write(folder, results, "a machine");
        string[] table = File.ReadAllLines(Path.Combine(folder, ComparisonReport.TableFile));
        Assert.Single(table, line => line.Contains("quadratic weighted kappa | Pearson | accuracy", StringComparison.Ordinal));
        Assert.True(new FileInfo(Path.Combine(folder, ComparisonReport.TradeOffFile)).Length > 10_000);
    }

    [Fact]
    public void Texts_of_several_labels_are_compared_by_micro_f1_and_names_in_no_order_have_no_kappa()
    {
        Assert.Null(Assert.Single(ComparisonRun.Execute(Plan(("mean", [])) with { Seeds = [1], BagOfWords = false }, _task.File("names"), _ => { }, CancellationToken.None)).Sets["test"].QuadraticWeightedKappa);
        _task.Relabel(label => label == "were" ? "" : label == "patients" ? "patients|any" : "any");
        IReadOnlyList<RunResult> results = ComparisonRun.Execute(
            Plan(("mean", new JsonObject { ["problem"] = "multi_label" })) with { Seeds = [1], BagOfWords = false }, _task.File("comparison"), _ => { }, CancellationToken.None);
        Assert.Equal(ComparedFigure.MicroF1, ComparedFigure.Shown(results, "test"));
        Assert.Contains("micro F1, %", ComparisonTable.Columns(results));
        Assert.DoesNotContain("Pearson", ComparisonTable.Columns(results));
    }

    [Fact]
    public void Other_data_and_a_run_that_was_stopped_are_trained()
    {
        ComparisonPlan plan = Plan(("mean", [])) with { Seeds = [1], BagOfWords = false };
        string folder = _task.File("comparison");
        ComparisonRun.Execute(plan, folder, _ => { }, CancellationToken.None);
        string file = plan.Runs(folder)[0].ResultFile;
        File.Delete(file); // as after a stop between training and measuring: the training is resumed
        Assert.Single(ComparisonRun.Execute(plan, folder, _ => { }, CancellationToken.None));
        Assert.True(File.Exists(file));
        File.AppendAllText(_task.Test, "were\twere a\n");
        List<string> said = [];
        ComparisonRun.Execute(plan, folder, said.Add, CancellationToken.None);
        Assert.DoesNotContain(said, line => line.StartsWith("Kept", StringComparison.Ordinal));
    }

    [Fact]
    public void A_result_is_not_kept_for_a_base_that_was_written_anew()
    {
        ComparisonPlan plan = Plan(("mean", [])) with { Seeds = [1], BagOfWords = false };
        string folder = _task.File("comparison");
        ComparisonRun.Execute(plan, folder, _ => { }, CancellationToken.None);
        ModelFile.Write(_task.Base, RandomModels.Create(head: HeadKind.None, pooling: Pooling.Mean, seed: 9));
        SettingsException refused = Assert.Throws<SettingsException>(() => ComparisonRun.Execute(plan, folder, _ => { }, CancellationToken.None));
        Assert.Contains("another base", refused.Message);
        Directory.Delete(Path.Combine(folder, "mean"), recursive: true);
        Assert.Null(Assert.Single(ComparisonRun.Execute(plan, folder, _ => { }, CancellationToken.None)).Failure);
    }

    [Fact]
    public void A_run_whose_loss_goes_out_of_bounds_is_a_row_that_says_so()
    {
        ComparisonPlan plan = Plan(("wild", new JsonObject { ["learning_rate"] = 1e30, ["warmup_steps"] = 0, ["max_gradient_norm"] = null })) with { Seeds = [1], BagOfWords = false };
        RunResult result = Assert.Single(ComparisonRun.Execute(plan, _task.File("comparison"), _ => { }, CancellationToken.None));
        Assert.Contains("--learning-rate", result.Failure);
        Assert.Equal("failed", Assert.Single(ComparisonTable.Rows([result]))[2]);
    }
}
