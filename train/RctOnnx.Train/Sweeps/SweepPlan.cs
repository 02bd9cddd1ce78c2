using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using RctOnnx.Train.Settings;

namespace RctOnnx.Train.Sweeps;

/// <summary>What a sweep searches: settings of all trials, the space of others, and how. Immutable; what it draws follows from its seed.</summary>
internal sealed record SweepPlan
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false) },
    };

    /// <summary>Settings of <c>train</c> that all trials share.</summary>
    public JsonObject Settings { get; init; } = [];

    /// <summary>By setting: an array of values, or bounds (<see cref="SweepRange"/>).</summary>
    public JsonObject Space { get; init; } = [];

    /// <summary>How values are chosen.</summary>
    public SearchKind Search { get; init; } = SearchKind.Random;

    /// <summary>Trials of a random search; trials that halving begins with.</summary>
    public int Trials { get; init; } = 10;

    /// <summary>Of what is drawn; the trainings have the seed of their settings.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>What halving spends: <c>epochs</c> or <c>steps</c>.</summary>
    public string Budget { get; init; } = "epochs";

    /// <summary>Budget of the first round of halving.</summary>
    public int FirstBudget { get; init; } = 1;

    /// <summary>Each round of halving keeps one of so many trials and gives it so many times the budget.</summary>
    public int Factor { get; init; } = 3;

    /// <summary>Reads a plan.</summary>
    /// <exception cref="SettingsException">The file is missing or no plan; names the member.</exception>
    public static SweepPlan Read(string path)
    {
        try
        {
            SweepPlan plan = SettingsJson.ReadObject(path).Deserialize<SweepPlan>(Options)!;
            plan.Validate();
            return plan;
        }
        catch (JsonException e)
        {
            throw new SettingsException($"The plan '{path}' cannot be read at '{e.Path}': {e.Message} Known members are settings, space, search, trials, seed, budget, first_budget and factor.", e);
        }
    }

    /// <summary>The values of every trial by setting.</summary>
    /// <exception cref="SettingsException">The space is no space.</exception>
    public IReadOnlyList<JsonObject> Drawn()
    {
        (string Name, SweepRange Range)[] space = [.. Space.Select(pair => (pair.Key, new SweepRange(pair.Key, pair.Value)))];
        if (Search == SearchKind.Grid) return [.. SettingProduct.Of(space.Select(one => (one.Name, one.Range.Points().AsEnumerable()))).Select(Of)];
        List<JsonObject> trials = [];
        Random random = new(Seed);
        // The same values again would be the same training: where a small space repeats itself there are fewer trials.
        HashSet<string> seen = [];
        for (int draws = 0; trials.Count < Trials && draws < 20 * Trials; draws++)
        {
            JsonObject trial = Of(space.Select(one => KeyValuePair.Create(one.Name, one.Range.At(random.NextDouble()))));
            if (seen.Add(trial.ToJsonString())) trials.Add(trial);
        }
        return trials;
    }

    /// <summary>Rounds by budget and by how many trials take part; one round without a budget unless the search is halving.</summary>
    public IReadOnlyList<(int? Budget, int Trials)> Rounds(int trials)
    {
        if (Search != SearchKind.Halving) return [(null, trials)];
        List<(int?, int)> rounds = [];
        for (int budget = FirstBudget, left = trials; ; budget = checked(budget * Factor), left /= Factor)
        {
            rounds.Add((budget, left));
            if (left < Factor) return rounds;
        }
    }

    private static JsonObject Of(IEnumerable<KeyValuePair<string, JsonNode?>> values) => new(values.Select(pair => KeyValuePair.Create(pair.Key, pair.Value?.DeepClone())));

    private void Validate()
    {
        List<string> faults = [];
        if (Space.Count == 0) faults.Add("no space: name a setting and its values, such as {\"learning_rate\": {\"from\": 1e-5, \"to\": 1e-3, \"log\": true}}");
        if (Trials < 1) faults.Add($"trials is {Trials}, expected at least 1");
        if (FirstBudget < 1) faults.Add($"first_budget is {FirstBudget}, expected at least 1");
        if (Factor < 2) faults.Add($"factor is {Factor}, expected at least 2");
        if (Budget is not ("epochs" or "steps")) faults.Add($"budget is '{Budget}', expected epochs or steps");
        if (Search == SearchKind.Halving && (Settings.ContainsKey(Budget) || Space.ContainsKey(Budget))) faults.Add($"'{Budget}' is what halving spends: leave it out of settings and space");
        if (Settings.ContainsKey("output") || Space.ContainsKey("output")) faults.Add("'output' is set by the sweep itself: leave it out");
        faults.AddRange(Space.Where(pair => Settings.ContainsKey(pair.Key)).Select(pair => $"'{pair.Key}' stands in settings and in space: leave one out"));
        if (faults.Count > 0) throw new SettingsException($"The plan cannot be used: {string.Join("; ", faults)}.");
        _ = Drawn();
    }
}
