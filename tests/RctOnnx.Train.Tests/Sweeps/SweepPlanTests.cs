using System.Text.Json.Nodes;
using RctOnnx.Testing;
using RctOnnx.Train.Sweeps;
using Xunit;

namespace RctOnnx.Train.Tests.Sweeps;

public sealed class SweepPlanTests : IDisposable
{
    private const string Space = """ "space": {"learning_rate": {"from": 1e-5, "to": 1e-3, "log": true, "points": 3}, "batch": [8, 16], "warmup_steps": {"from": 0, "to": 4, "whole": true, "points": 2}} """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private SweepPlan Plan(string json)
    {
        File.WriteAllText(_folder.File("plan.json"), json);
        return SweepPlan.Read(_folder.File("plan.json"));
    }

    [Fact]
    public void A_grid_has_every_combination_of_values_and_points()
    {
        IReadOnlyList<JsonObject> drawn = Plan($"{{{Space}, \"search\": \"grid\"}}").Drawn();
        Assert.Equal(3 * 2 * 2, drawn.Count);
        Assert.Equal("""{"learning_rate":1E-05,"batch":8,"warmup_steps":0}""", drawn[0].ToJsonString());
        Assert.Equal("""{"learning_rate":0.001,"batch":16,"warmup_steps":4}""", drawn[^1].ToJsonString());
        Assert.Equal(1e-4, drawn[4]["learning_rate"]!.GetValue<double>()); // the middle by logarithm
    }

    [Fact]
    public void A_random_search_stays_in_its_bounds_spreads_by_logarithm_and_follows_from_its_seed()
    {
        IReadOnlyList<JsonObject> drawn = Plan($"{{{Space}, \"trials\": 200}}").Drawn();
        double[] rates = [.. drawn.Select(trial => trial["learning_rate"]!.GetValue<double>())];
        Assert.All(rates, rate => Assert.InRange(rate, 1e-5, 1e-3));
        Assert.InRange(rates.Count(rate => rate < 1e-4), 70, 130);
        Assert.Equal([0L, 1, 2, 3, 4], drawn.Select(trial => trial["warmup_steps"]!.GetValue<long>()).Distinct().Order());
        Assert.Equal(drawn.Select(trial => trial.ToJsonString()), Plan($"{{{Space}, \"trials\": 200}}").Drawn().Select(trial => trial.ToJsonString()));
        Assert.NotEqual(drawn[0].ToJsonString(), Plan($"{{{Space}, \"seed\": 2}}").Drawn()[0].ToJsonString());
        Assert.Equal(2, Plan("""{"space": {"batch": [8, 16]}, "trials": 50}""").Drawn().Count); // none twice
    }

    [Fact]
    public void Halving_keeps_one_of_factor_and_gives_it_factor_times_the_budget()
    {
        Assert.Equal([(1, 9), (3, 3), (9, 1)], Plan("""{"space": {"batch": [8]}, "search": "halving"}""").Rounds(9));
        Assert.Equal([(10, 5), (20, 2), (40, 1)], Plan("""{"space": {"batch": [8]}, "search": "halving", "budget": "steps", "first_budget": 10, "factor": 2}""").Rounds(5));
        Assert.Equal([(null, 5)], Plan("""{"space": {"batch": [8]}}""").Rounds(5));
    }

    [Theory]
    [InlineData("{}", "no space")]
    [InlineData("""{"space": {"batch": 8}}""", "The space of 'batch' is 8, expected an array")]
    [InlineData("""{"space": {"batch": []}}""", "The space of 'batch' is []")]
    [InlineData("""{"space": {"learning_rate": {"from": 1, "to": 0.1}}}""", "rising bounds")]
    [InlineData("""{"space": {"learning_rate": {"from": 0, "to": 0.1, "log": true}}}""", "above 0 for a logarithm")]
    [InlineData("""{"space": {"learning_rate": {"to": 0.1}}}""", "Known members are from, to")]
    [InlineData("""{"space": {"learning_rate": {"from": 1, "to": 2}}, "search": "grid"}""", "A grid needs points of 'learning_rate'")]
    [InlineData("""{"space": {"batch": [8]}, "search": "bayes"}""", "Known members are settings, space")]
    [InlineData("""{"space": {"batch": [8]}, "trials": 0, "factor": 1}""", "trials is 0, expected at least 1; factor is 1")]
    [InlineData("""{"space": {"epochs": [1, 2]}, "search": "halving"}""", "'epochs' is what halving spends")]
    [InlineData("""{"space": {"batch": [8]}, "settings": {"batch": 4}}""", "'batch' stands in settings and in space")]
    public void A_bad_plan_is_refused_by_member(string json, string fault) =>
        Assert.Contains(fault, Assert.Throws<SettingsException>(() => Plan(json)).Message);
}
