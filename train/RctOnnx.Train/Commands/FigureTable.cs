using System.Globalization;
using RctOnnx.Data.Metrics;
using RctOnnx.Train.Evaluation;
using RctOnnx.Train.Training;
using Spectre.Console;

namespace RctOnnx.Train.Commands;

/// <summary>Figures of answers for people.</summary>
internal static class FigureTable
{
    /// <summary>The figures that matter most for the problem, with their names.</summary>
    public static IEnumerable<(string Name, string Value)> Headline(EvaluationResult result)
    {
        if (result.Figures.Values is { } values)
        {
            yield return ("Pearson", Plain(values.Pearson));
            yield return ("mean absolute error", Plain(values.MeanAbsoluteError));
        }
        if (result.Figures.Sets is { } sets)
        {
            yield return ("micro F1", Percent(sets.Micro.F1));
            yield return ("macro F1", Percent(sets.Macro.F1));
            yield return ("all labels right", Percent(sets.ExactMatch));
        }
        if (result.Figures.Classes is { } classes)
        {
            string rounded = result.Figures.Values is null ? "" : " rounded";
            yield return ($"accuracy{rounded}", Percent(classes.Accuracy));
            yield return ($"macro F1{rounded}", Percent(classes.Macro.F1));
            yield return ($"quadratic weighted kappa{rounded}", Plain(classes.QuadraticWeightedKappa));
        }
    }

    /// <summary>A line a test set, each figure before and after training.</summary>
    public static Table Of(IReadOnlyList<TestFigures> tests)
    {
        Table table = new Table().AddColumns("test set", "rows", "figure", "before", "after");
        foreach (TestFigures test in tests)
            foreach (((string name, string before), (_, string after)) in Headline(test.Untrained).Zip(Headline(test.Trained)))
                table.AddRow(Markup.Escape(test.Name), (test.Trained.Logits.Count / test.LabelCount).ToString("N0", CultureInfo.InvariantCulture), name, before, after);
        return table;
    }

    /// <summary>Every label and the means; null for values.</summary>
    public static Table? Labels(IReadOnlyList<string> labels, TaskFigures figures)
    {
        if (figures.Values is not null) return null;
        (IReadOnlyList<ClassMetrics> each, ClassMetrics macro, ClassMetrics micro, ClassMetrics weighted) = figures.Sets is { } sets
            ? (sets.PerLabel, sets.Macro, sets.Micro, sets.Weighted)
            : (figures.Classes!.PerClass, figures.Classes.Macro, figures.Classes.Micro, figures.Classes.Weighted);
        Table table = new Table().AddColumns("label", "precision", "recall", "F1", "rows");
        for (int i = 0; i < labels.Count; i++) Row(labels[i], each[i]);
        table.AddEmptyRow();
        Row("macro", macro);
        Row("micro", micro);
        Row("weighted", weighted);
        return table;

        void Row(string name, ClassMetrics one) =>
            table.AddRow(Markup.Escape(name), Percent(one.Precision), Percent(one.Recall), Percent(one.F1), one.Support.ToString("N0", CultureInfo.InvariantCulture));
    }

    private static string Percent(double value) => value.ToString("P2", CultureInfo.InvariantCulture);

    private static string Plain(double value) => value.ToString("F4", CultureInfo.InvariantCulture);
}
