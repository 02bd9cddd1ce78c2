using System.Text.Json.Nodes;
using RctOnnx.Train.Comparison;
using RctOnnx.Train.Settings;

namespace RctOnnx.Train.Sweeps;

/// <summary>Trains the trials of a sweep. What is finished is kept, so that a sweep that was stopped goes on where it was.</summary>
internal static class SweepRun
{
    /// <summary>Every trial after its last round, the best first: later rounds before earlier ones, then by what best means on dev.</summary>
    /// <param name="plan">What is searched.</param>
    /// <param name="output">Folder of the sweep.</param>
    /// <param name="say">Takes lines for people.</param>
    /// <param name="token">Stops; what is done is kept.</param>
    /// <exception cref="SettingsException">The settings of a trial cannot be used.</exception>
    /// <exception cref="DataException">Data is missing or broken.</exception>
    public static IReadOnlyList<SweepResult> Execute(SweepPlan plan, string output, Action<string> say, CancellationToken token)
    {
        IReadOnlyList<JsonObject> drawn = plan.Drawn();
        IReadOnlyList<(int? Budget, int Trials)> rounds = plan.Rounds(drawn.Count);
        // All settings are looked at before the first training.
        PlannedRun[][] runs = [.. rounds.Select(round => drawn.Select((values, i) => Planned(plan, values, i + 1, round.Budget, output)).ToArray())];
        List<SweepResult> done = [];
        int[] left = [.. Enumerable.Range(0, drawn.Count)];
        for (int round = 0; round < rounds.Count; round++)
        {
            List<SweepResult> results = [];
            foreach (int trial in left)
            {
                token.ThrowIfCancellationRequested();
                PlannedRun run = runs[round][trial];
                string place = $"round {round + 1} of {rounds.Count}, trial {results.Count + 1} of {left.Length}";
                results.Add(new SweepResult(trial + 1, round + 1, Values(plan, drawn[trial], rounds[round].Budget), run, ComparisonRun.Once(run, place, say, token)));
            }
            SweepResult[] ranked = [.. Ranked(results)];
            int kept = round + 1 < rounds.Count ? rounds[round + 1].Trials : 0;
            done.InsertRange(0, ranked.Skip(kept));
            left = [.. ranked.Take(kept).Select(result => result.Trial - 1)];
        }
        return done;
    }

    private static IEnumerable<SweepResult> Ranked(IReadOnlyList<SweepResult> results) => results
        .OrderBy(result => result.Result.Watched is null) // failed
        .ThenByDescending(result => result.Run.Settings.Watched == MetricName.Loss ? -result.Result.Watched : result.Result.Watched)
        .ThenBy(result => result.Trial);

    private static PlannedRun Planned(SweepPlan plan, JsonObject values, int trial, int? budget, string output)
    {
        JsonObject all = [];
        foreach ((string name, JsonNode? value) in plan.Settings.Concat(Values(plan, values, budget))) all[name] = value?.DeepClone();
        all["output"] = Path.Combine(output, $"trial-{trial:D3}", budget is null ? "" : $"{plan.Budget}-{budget}");
        string shown = string.Join(", ", values.Select(pair => $"{pair.Key} {pair.Value?.ToJsonString()}"));
        TrainSettings settings = ComparisonPlan.Checked(shown, all);
        return settings.Dev is null && settings.DevShare == 0
            ? throw new SettingsException("A sweep chooses by dev: name a file under dev, or give a dev_share, in the settings of the plan.")
            : new PlannedRun(shown, settings);
    }

    private static JsonObject Values(SweepPlan plan, JsonObject values, int? budget)
    {
        JsonObject all = values.DeepClone().AsObject();
        if (budget is { } spent) all[plan.Budget] = spent;
        return all;
    }
}
