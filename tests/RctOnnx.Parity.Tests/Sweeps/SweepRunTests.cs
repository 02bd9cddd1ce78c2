using System.Text.Json.Nodes;
using RctOnnx.Parity.Tests.Training;
using RctOnnx.Train.Settings;
using RctOnnx.Train.Sweeps;
using Xunit;

namespace RctOnnx.Parity.Tests.Sweeps;

[Collection(TorchCollection.Name)]
public sealed class SweepRunTests : IDisposable
{
    private readonly SmallTask _task = new();

    public void Dispose() => _task.Dispose();

    private SweepPlan Plan(SearchKind search, JsonObject space)
    {
        JsonObject shared = SettingsJson.ToObject(_task.Settings());
        foreach (string name in (string[])["output", "steps", .. space.Select(pair => pair.Key)]) shared.Remove(name);
        return new SweepPlan { Settings = shared, Space = space, Search = search, Budget = "steps", FirstBudget = 10, Factor = 3 };
    }

    [Fact]
    public void Halving_trains_the_better_trials_longer_and_a_second_call_takes_what_is_kept()
    {
        SweepPlan plan = Plan(SearchKind.Halving, new JsonObject { ["learning_rate"] = new JsonArray(1e-2, 1e-7, 1e-8) });
        List<string> said = [];
        string folder = _task.File("sweep");
        IReadOnlyList<SweepResult> results = SweepRun.Execute(plan, folder, said.Add, CancellationToken.None);
        Assert.Equal([(2, 30), (1, 10), (1, 10)], results.Select(result => (result.Round, result.Values["steps"]!.GetValue<int>())));
        Assert.Equal(1e-2, results[0].Run.Settings.LearningRate);
        Assert.True(results[0].Result.Watched > results[1].Result.Watched, $"{results[0].Result.Watched} after more training at a rate that learns");
        Assert.Equal(4, said.Count(line => line.StartsWith("Now ", StringComparison.Ordinal)));

        SweepResult[] again = [.. SweepRun.Execute(plan, folder, said.Add, CancellationToken.None)];
        Assert.Equal(4, said.Count(line => line.StartsWith("Kept, ", StringComparison.Ordinal)));
        Assert.Equal(results.Select(result => result.Result.Watched), again.Select(result => result.Result.Watched));
        SweepReport.Write(folder, plan, again);
        Assert.Contains("| 1 | ", File.ReadAllText(Path.Combine(folder, SweepReport.TableFile)));
        TrainSettings best = SettingsJson.Parse(SettingsJson.ReadObject(Path.Combine(folder, SweepReport.BestFile)));
        Assert.Equal((1e-2, 30, 8), (best.LearningRate, best.Steps, best.Batch));
    }

    [Fact]
    public void A_loss_is_searched_downwards_failed_trials_stand_last_and_a_sweep_without_dev_is_refused()
    {
        SweepPlan plan = Plan(SearchKind.Grid, new JsonObject { ["learning_rate"] = new JsonArray(1e30, 1e-7, 1e-2) });
        JsonObject settings = plan.Settings.DeepClone().AsObject();
        (settings["steps"], settings["warmup_steps"], settings["max_gradient_norm"], settings["best_metric"]) = (30, 0, null, "loss");
        IReadOnlyList<SweepResult> results = SweepRun.Execute(plan with { Settings = settings }, _task.File("sweep"), _ => { }, CancellationToken.None);
        Assert.Equal([1e-2, 1e-7, 1e30], results.Select(result => result.Run.Settings.LearningRate));
        Assert.NotNull(results[^1].Result.Failure);
        settings.Remove("dev");
        settings.Remove("best_metric");
        Assert.Contains("chooses by dev", Assert.Throws<SettingsException>(() => SweepRun.Execute(plan with { Settings = settings }, _task.File("none"), _ => { }, CancellationToken.None)).Message);
    }
}
