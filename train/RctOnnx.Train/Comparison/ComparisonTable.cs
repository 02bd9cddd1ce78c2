namespace RctOnnx.Train.Comparison;

/// <summary>The results of a comparison as one table: a row a variant and set, mean and spread over its seeds.</summary>
internal static class ComparisonTable
{
    /// <summary>Set whose figures choose between variants.</summary>
    public const string Dev = "dev";

    /// <summary>The headings.</summary>
    public static IReadOnlyList<string> Columns { get; } =
    [
        "variant", "seeds", "set", "accuracy, %", "macro F1, %", "weighted precision, %", "weighted F1, %", "loss", "training, s", "peak memory, GB", "file, MB", "sentences/s",
    ];

    /// <summary>The cells, in the order of the results.</summary>
    public static IReadOnlyList<IReadOnlyList<string>> Rows(IReadOnlyList<RunResult> results) => [.. results.GroupBy(result => result.Name).SelectMany(RowsOf)];

    private static IEnumerable<IReadOnlyList<string>> RowsOf(IGrouping<string, RunResult> runs)
    {
        RunResult[] good = [.. runs.Where(run => run.Failure is null)];
        foreach (RunResult failed in runs.Where(run => run.Failure is not null))
            yield return [failed.Name, $"seed {failed.Seed}", "failed", .. Enumerable.Repeat("", Columns.Count - 3)];
        if (good.Length == 0) yield break;
        foreach (string set in good[0].Sets.Keys)
        {
            RunFigures[] figures = [.. good.Select(run => run.Sets[set])];
            yield return
            [
                runs.Key, good.Length.ToString(System.Globalization.CultureInfo.InvariantCulture), set,
                Over(figures, one => one.Accuracy).ToText("F2", 100), Over(figures, one => one.MacroF1).ToText("F2", 100),
                Over(figures, one => one.WeightedPrecision).ToText("F2", 100), Over(figures, one => one.WeightedF1).ToText("F2", 100), Over(figures, one => one.Loss).ToText("F3"),
                Over(good, run => run.TrainingSeconds).ToText("N0"), Over(good, run => run.PeakMemory).ToText("F1", 1e-9),
                Over(good, run => run.ModelBytes).ToText("F1", 1e-6), Over(good, run => run.SentencesPerSecond).ToText("N0"),
            ];
        }
    }

    private static Spread Over<T>(IEnumerable<T> items, Func<T, double> value) => Spread.Of([.. items.Select(value)]);
}
