using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using RctOnnx.Train.Settings;

namespace RctOnnx.Train.Comparison;

/// <summary>What is compared: settings of all runs, variants that differ from them, a grid, and seeds. Immutable.</summary>
internal sealed record ComparisonPlan
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
    };

    /// <summary>Settings of <c>train</c> that all runs share.</summary>
    public JsonObject Settings { get; init; } = [];

    /// <summary>Settings by the name of a variant; they go before the shared ones.</summary>
    public Dictionary<string, JsonObject> Variants { get; init; } = [];

    /// <summary>Values of a setting, each tried with every variant and with every value of the others.</summary>
    public Dictionary<string, JsonArray> Grid { get; init; } = [];

    /// <summary>Every combination is run once a seed; the seed also draws the split where shares are asked for.</summary>
    public IReadOnlyList<long> Seeds { get; init; } = [1];

    /// <summary>Every run is done once a fold (<see cref="TrainSettings.Folds"/>); null runs on the settings' own parts.</summary>
    public int? Folds { get; init; }

    /// <summary>Whether a linear model over a bag of words is trained beside them.</summary>
    public bool BagOfWords { get; init; }

    /// <summary>Reads a plan.</summary>
    /// <exception cref="SettingsException">The file is missing or no plan; names the member.</exception>
    public static ComparisonPlan Read(string path)
    {
        try
        {
            ComparisonPlan plan = SettingsJson.ReadObject(path).Deserialize<ComparisonPlan>(Options)!;
            plan.Validate();
            return plan;
        }
        catch (JsonException e)
        {
            throw new SettingsException($"The plan '{path}' cannot be read at '{e.Path}': {e.Message} Known members are settings, variants, grid, seeds, folds and bag_of_words.", e);
        }
    }

    /// <summary>The runs in the order of variants, grid and seeds; every one has checked settings.</summary>
    /// <param name="output">Folder of the comparison.</param>
    /// <exception cref="SettingsException">The settings of a run cannot be used; names the run.</exception>
    public IReadOnlyList<PlannedRun> Runs(string output)
    {
        List<PlannedRun> runs = [];
        foreach ((string variant, JsonObject own) in Variants)
            foreach (KeyValuePair<string, JsonNode?>[] point in SettingProduct.Of(Grid.Select(pair => (pair.Key, pair.Value.AsEnumerable()))))
                foreach ((long seed, int? fold) in Repetitions())
                {
                    string name = string.Join(", ", [variant, .. point.Select(pair => $"{pair.Key} {pair.Value}")]);
                    JsonObject values = [];
                    foreach ((string key, JsonNode? value) in Settings.Concat(own).Concat(point)) values[key] = value?.DeepClone();
                    values["seed"] = seed;
                    if (fold is not null) (values["folds"], values["fold"]) = (Folds, fold);
                    values["output"] = Path.Combine(output, FolderOf(name), $"seed-{seed}", fold is null ? "" : $"fold-{fold}");
                    runs.Add(new PlannedRun(name, Checked(name, values)));
                }
        if (BagOfWords && !runs.Any(run => run.HasClasses))
            throw new SettingsException("The plan asks for a bag of words, which learns one label a text; no run has the problem single_label or ordinal. Leave bag_of_words out.");
        string[] twice = [.. runs.GroupBy(run => run.Settings.Output).Where(group => group.Count() > 1).Select(group => group.First().Name)];
        return twice.Length == 0 ? runs : throw new SettingsException($"The plan has runs that share a folder: {string.Join("; ", twice)}. Name the variants differently.");
    }

    private IEnumerable<(long Seed, int? Fold)> Repetitions() =>
        Seeds.SelectMany(seed => Folds is { } folds ? Enumerable.Range(1, folds).Select(fold => (seed, (int?)fold)) : [(seed, null)]);

    /// <summary>Settings of a run out of their values.</summary>
    /// <param name="name">Of the run, for messages.</param>
    /// <param name="values">By their JSON names.</param>
    /// <exception cref="SettingsException">They cannot be used; names the run.</exception>
    public static TrainSettings Checked(string name, JsonObject values)
    {
        try
        {
            TrainSettings settings = SettingsJson.Parse(values);
            settings.Validate();
            return settings;
        }
        catch (SettingsException e)
        {
            throw new SettingsException($"The run '{name}' of the plan: {e.Message}", e);
        }
    }

    private void Validate()
    {
        List<string> faults = [];
        if (Variants.Count == 0) faults.Add("no variants: give at least one, such as {\"mini\": {\"base\": \"all-MiniLM-L6-v2\"}}");
        if (Seeds.Count == 0 || Seeds.Distinct().Count() < Seeds.Count) faults.Add($"seeds are [{string.Join(", ", Seeds)}], expected one at least, all different");
        if (Folds < 2) faults.Add($"folds is {Folds}, expected at least 2");
        faults.AddRange(Grid.Where(pair => pair.Value.Count == 0).Select(pair => $"grid.{pair.Key} has no values"));
        foreach (JsonObject values in (JsonObject[])[Settings, .. Variants.Values])
            faults.AddRange(values.Select(pair => pair.Key).Where(key => key is "seed" or "output" or "folds" or "fold").Select(key => $"'{key}' is set by the plan itself: leave it out"));
        if (faults.Count > 0) throw new SettingsException($"The plan cannot be used: {string.Join("; ", faults)}.");
    }

    private static string FolderOf(string name) => string.Concat(name.Select(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '-' ? letter : '-'));
}
