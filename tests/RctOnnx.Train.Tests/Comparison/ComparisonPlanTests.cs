using RctOnnx.Testing;
using RctOnnx.Train.Comparison;
using Xunit;

namespace RctOnnx.Train.Tests.Comparison;

public sealed class ComparisonPlanTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private ComparisonPlan Plan(string json)
    {
        string path = _folder.File("plan.json");
        File.WriteAllText(path, json);
        return ComparisonPlan.Read(path);
    }

    [Fact]
    public void Variants_grid_and_seeds_are_all_combined_and_a_variant_goes_before_the_shared_settings()
    {
        IReadOnlyList<PlannedRun> runs = Plan("""
            {"settings": {"train": ["a.tsv"], "epochs": 2, "max_length": 64}, "variants": {"one": {"base": "x"}, "two": {"base": "y", "epochs": 3}},
             "grid": {"batch": [8, 16], "learning_rate": [1e-4]}, "seeds": [1, 2, 5]}
            """).Runs("out");
        Assert.Equal(2 * 2 * 3, runs.Count);
        Assert.Equal("one, batch 8, learning_rate 1e-4", runs[0].Name);
        PlannedRun last = runs[^1];
        Assert.Equal(("y", 3, 64, 16, 1e-4, 5L), (last.Settings.Base, last.Settings.Epochs, last.Settings.MaxLength, last.Settings.Batch, last.Settings.LearningRate, last.Settings.Seed));
        Assert.Equal(2, runs[0].Settings.Epochs);
        Assert.Equal(12, runs.Select(run => run.Settings.Output).Distinct().Count());
        Assert.All(runs, run => Assert.StartsWith("out" + Path.DirectorySeparatorChar, run.Settings.Output));
    }

    [Theory]
    [InlineData("""{"variants": {}}""", "no variants")]
    [InlineData("""{"variants": {"a": {"base": "x"}}, "seeds": [1, 1]}""", "seeds are [1, 1]")]
    [InlineData("""{"variants": {"a": {"base": "x"}}, "grid": {"batch": []}}""", "grid.batch has no values")]
    [InlineData("""{"variants": {"a": {"base": "x", "seed": 3}}}""", "'seed' is set by the plan itself")]
    [InlineData("""{"variantes": {}}""", "Known members are settings, variants, grid, seeds, folds and bag_of_words")]
    [InlineData("""{"variants": {"a": 3}}""", "variants")]
    [InlineData("[]", "is not a JSON object")]
    [InlineData("""{"variants": {"a": {"base": "x"}}, "folds": 1}""", "folds is 1")]
    [InlineData("""{"variants": {"a": {"base": "x", "fold": 1}}}""", "'fold' is set by the plan itself")]
    public void A_bad_plan_is_refused_by_member(string json, string fault) =>
        Assert.Contains(fault, Assert.Throws<SettingsException>(() => Plan(json)).Message);

    [Theory]
    [InlineData("""{"settings": {"train": ["a.tsv"]}, "variants": {"a": {"base": "x"}}, "grid": {"bach": [1]}}""", "The run 'a, bach 1' of the plan")]
    [InlineData("""{"settings": {"train": ["a.tsv"]}, "variants": {"a": {}}}""", "no --base")]
    [InlineData("""{"settings": {"train": ["a.tsv"], "problem": "regression"}, "variants": {"a": {"base": "x"}}, "bag_of_words": true}""", "which learns one label a text")]
    [InlineData("""{"settings": {"train": ["a.tsv"], "pooling": "mean"}, "variants": {"a": {"base": "x"}}}""", "it is for --head mlp")]
    [InlineData("""{"settings": {"train": ["a.tsv"]}, "variants": {"a b": {"base": "x"}, "a-b": {"base": "x"}}}""", "share a folder")]
    public void Settings_that_cannot_be_used_are_refused_by_run(string json, string fault) =>
        Assert.Contains(fault, Assert.Throws<SettingsException>(() => Plan(json).Runs("out")).Message);

    [Fact]
    public void Every_fold_is_a_run_of_its_own()
    {
        IReadOnlyList<PlannedRun> runs = Plan("""{"settings": {"train": ["a.tsv"], "dev_share": 0.1}, "variants": {"a": {"base": "x"}}, "folds": 3, "seeds": [1, 2]}""").Runs("out");
        Assert.Equal(["seed 1, fold 1", "seed 1, fold 2", "seed 1, fold 3", "seed 2, fold 1", "seed 2, fold 2", "seed 2, fold 3"], runs.Select(run => run.Part));
        Assert.All(runs, run => Assert.Equal(("a", 3), (run.Name, run.Settings.Folds)));
        Assert.Equal(6, runs.Select(run => run.Settings.Output).Distinct().Count());
        Assert.Contains("folds beside test files", Assert.Throws<SettingsException>(
            () => Plan("""{"settings": {"train": ["a.tsv"], "test": ["b.tsv"]}, "variants": {"a": {"base": "x"}}, "folds": 3}""").Runs("out")).Message);
    }

    [Fact]
    public void Spread_is_the_sample_deviation_and_missing_for_one_value()
    {
        Assert.Equal("2.00 ± 1.00", Spread.Of([1, 2, 3]).ToText("F2"));
        Assert.Equal("50.0", Spread.Of([0.5]).ToText("F1", 100));
    }

    [Fact]
    public void The_front_holds_what_nothing_beats_in_speed_and_accuracy()
    {
        TradeOff slow = new("slow", 10, 0.9), fast = new("fast", 100, 0.8), beaten = new("beaten", 50, 0.8), middle = new("middle", 60, 0.85);
        Assert.Equal([slow, middle, fast], TradeOff.Front([fast, beaten, slow, middle]));
    }
}
