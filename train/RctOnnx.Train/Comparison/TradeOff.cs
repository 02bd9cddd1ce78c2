namespace RctOnnx.Train.Comparison;

/// <summary>A variant by what it costs and what it brings.</summary>
/// <param name="Name">Of the variant.</param>
/// <param name="Speed">Sentences a second, mean over seeds.</param>
/// <param name="Quality">The figure that is compared, mean over seeds.</param>
internal sealed record TradeOff(string Name, double Speed, double Quality)
{
    /// <summary>The variants of results, none of them failed, on a set by a figure that all of them have there.</summary>
    public static IReadOnlyList<TradeOff> Of(IEnumerable<RunResult> results, string set, ComparedFigure figure) =>
        [.. results.GroupBy(run => run.Name)
            .Select(runs => new TradeOff(runs.Key, runs.Average(run => run.SentencesPerSecond), runs.Average(run => figure.Value(run.Sets[set])!.Value * figure.Scale)))];

    /// <summary>Those that no other one beats in speed and quality both (Pareto), from slow to fast.</summary>
    public static IReadOnlyList<TradeOff> Front(IReadOnlyList<TradeOff> all) =>
        [.. all.Where(one => !all.Any(other => other.Speed >= one.Speed && other.Quality >= one.Quality && (other.Speed > one.Speed || other.Quality > one.Quality)))
            .OrderBy(one => one.Speed)];
}
