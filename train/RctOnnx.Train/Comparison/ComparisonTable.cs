namespace RctOnnx.Train.Comparison;

/// <summary>The results of a comparison as one table: a row a variant and set, mean and spread over its seeds and folds.</summary>
internal static class ComparisonTable
{
    /// <summary>Set whose figures choose between variants.</summary>
    public const string Dev = "dev";

    /// <summary>The headings: figures that no run has are left out.</summary>
    public static IReadOnlyList<string> Columns(IReadOnlyList<RunResult> results) =>
        ["variant", "runs", "set", .. ComparedFigure.In(results).Select(figure => figure.Title), "training, s", "peak memory, GB", "file, MB", "sentences/s"];

    /// <summary>The cells, in the order of the results.</summary>
    public static IReadOnlyList<IReadOnlyList<string>> Rows(IReadOnlyList<RunResult> results)
    {
        IReadOnlyList<ComparedFigure> figures = ComparedFigure.In(results);
        return [.. results.GroupBy(result => result.Name).SelectMany(runs => RowsOf(runs, figures))];
    }

    private static IEnumerable<IReadOnlyList<string>> RowsOf(IGrouping<string, RunResult> runs, IReadOnlyList<ComparedFigure> compared)
    {
        RunResult[] good = [.. runs.Where(run => run.Failure is null)];
        foreach (RunResult failed in runs.Where(run => run.Failure is not null))
            yield return [failed.Name, failed.Part, "failed", .. Enumerable.Repeat("", compared.Count + 4)];
        if (good.Length == 0) yield break;
        foreach (string set in good[0].Sets.Keys)
        {
            RunFigures[] figures = [.. good.Select(run => run.Sets[set])];
            yield return
            [
                runs.Key, good.Length.ToString(System.Globalization.CultureInfo.InvariantCulture), set,
                .. compared.Select(one => Cell(one, figures)),
                Over(good, run => run.TrainingSeconds).ToText("N0"), Over(good, run => run.PeakMemory).ToText("F1", 1e-9),
                Over(good, run => run.ModelBytes).ToText("F1", 1e-6), Over(good, run => run.SentencesPerSecond).ToText("N0"),
            ];
        }
    }

    // The runs of a variant have one problem, but values are whole numbers only where the rows of the set are.
    private static string Cell(ComparedFigure compared, RunFigures[] figures)
    {
        double[] values = [.. figures.Select(compared.Value).OfType<double>()];
        return values.Length < figures.Length ? "" : Spread.Of(values).ToText(compared.Format, compared.Scale);
    }

    private static Spread Over<T>(IEnumerable<T> items, Func<T, double> value) => Spread.Of([.. items.Select(value)]);
}
