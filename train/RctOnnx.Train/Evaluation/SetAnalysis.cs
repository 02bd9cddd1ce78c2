using RctOnnx.Data.Metrics;
using RctOnnx.Train.Examples;

namespace RctOnnx.Train.Evaluation;

/// <summary>What stands behind the figures of a set of one label a text.</summary>
/// <param name="Plain">Probabilities without a temperature.</param>
/// <param name="Calibrated">Probabilities as the file gives them.</param>
/// <param name="Accuracy">95 % interval of the accuracy.</param>
/// <param name="MacroF1">95 % interval of the macro F1.</param>
/// <param name="Mistakes">All of them, the surest first.</param>
/// <param name="Lengths">Accuracy by tokens, in doubling steps.</param>
internal sealed record SetAnalysis(
    CalibrationMetrics Plain, CalibrationMetrics Calibrated, ConfidenceInterval Accuracy, ConfidenceInterval MacroF1, IReadOnlyList<Mistake> Mistakes, IReadOnlyList<LengthAccuracy> Lengths)
{
    private const int FirstLength = 8;

    /// <summary>Of answers to a set; null where its rows have no one class.</summary>
    /// <param name="examples">The set, with its texts.</param>
    /// <param name="logits">[rows, labels].</param>
    /// <param name="temperature">Of the file.</param>
    public static SetAnalysis? Of(ExampleSet examples, IReadOnlyList<float> logits, double temperature)
    {
        if (examples.Classes.Count == 0) return null;
        int[] answers = TaskFigures.Largest(logits, examples.LabelCount);
        return new SetAnalysis(
            CalibrationMetrics.Compute(logits, examples.Classes, examples.LabelCount), CalibrationMetrics.Compute(logits, examples.Classes, examples.LabelCount, temperature),
            ConfidenceInterval.Bootstrap(examples.Classes, answers, examples.LabelCount, metrics => metrics.Accuracy),
            ConfidenceInterval.Bootstrap(examples.Classes, answers, examples.LabelCount, metrics => metrics.Macro.F1),
            [.. MistakesOf(examples, logits, answers, temperature).OrderByDescending(mistake => mistake.Probability)], [.. LengthsOf(examples, answers)]);
    }

    private static IEnumerable<Mistake> MistakesOf(ExampleSet examples, IReadOnlyList<float> logits, int[] answers, double temperature)
    {
        for (int row = 0; row < answers.Length; row++)
        {
            if (answers[row] == examples.Classes[row]) continue;
            double highest = logits[row * examples.LabelCount + answers[row]];
            double sum = Enumerable.Range(row * examples.LabelCount, examples.LabelCount).Sum(i => Math.Exp((logits[i] - highest) / temperature));
            yield return new Mistake(row + 1, examples.Texts[row].Text, examples.Texts[row].Pair, examples.Classes[row], answers[row], 1 / sum, examples.TokensOf(row));
        }
    }

    private static IEnumerable<LengthAccuracy> LengthsOf(ExampleSet examples, int[] answers)
    {
        int longest = Enumerable.Range(0, answers.Length).Max(row => examples.TokensOf(row));
        for (int from = 1, to = FirstLength; from <= longest; (from, to) = (to + 1, to * 2))
        {
            int[] rows = [.. Enumerable.Range(0, answers.Length).Where(row => examples.TokensOf(row) >= from && examples.TokensOf(row) <= to)];
            if (rows.Length > 0) yield return new LengthAccuracy(from, Math.Min(to, longest), rows.Length, rows.Count(row => answers[row] == examples.Classes[row]) / (double)rows.Length);
        }
    }
}
