namespace RctOnnx.Train.Comparison;

/// <summary>A variant by what it costs and what it brings.</summary>
/// <param name="Name">Of the variant.</param>
/// <param name="Speed">Sentences a second, mean over seeds.</param>
/// <param name="Accuracy">Mean over seeds.</param>
internal sealed record TradeOff(string Name, double Speed, double Accuracy)
{
    /// <summary>The variants of some results on a set; failed runs are left out.</summary>
    public static IReadOnlyList<TradeOff> Of(IEnumerable<RunResult> results, string set) =>
        [.. results.Where(run => run.Failure is null).GroupBy(run => run.Name)
            .Select(runs => new TradeOff(runs.Key, runs.Average(run => run.SentencesPerSecond), runs.Average(run => run.Sets[set].Accuracy)))];

    /// <summary>Those that no other one beats in speed and accuracy both (Pareto), from slow to fast.</summary>
    public static IReadOnlyList<TradeOff> Front(IReadOnlyList<TradeOff> all) =>
        [.. all.Where(one => !all.Any(other => other.Speed >= one.Speed && other.Accuracy >= one.Accuracy && (other.Speed > one.Speed || other.Accuracy > one.Accuracy)))
            .OrderBy(one => one.Speed)];
}
