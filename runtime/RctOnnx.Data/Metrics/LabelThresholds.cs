namespace RctOnnx.Data.Metrics;

/// <summary>From which score on a label counts as given.</summary>
public static class LabelThresholds
{
    /// <summary>What is taken where a label does not occur, so that there is nothing to choose by.</summary>
    public const double Default = 0.5;

    /// <summary>
    /// For each label the threshold with the highest F1: halfway between two neighbouring scores, so that rounding decides nothing; of
    /// equal ones the nearest to <see cref="Default"/>.
    /// </summary>
    /// <param name="truth">One flag a text and label, in the order of the texts.</param>
    /// <param name="scores">As many scores, 0 to 1.</param>
    /// <param name="labelCount">Number of labels.</param>
    public static double[] Best(IReadOnlyList<bool> truth, IReadOnlyList<double> scores, int labelCount) =>
        [.. Enumerable.Range(0, labelCount).Select(label => BestOf(truth, scores, label, labelCount))];

    private static double BestOf(IReadOnlyList<bool> truth, IReadOnlyList<double> scores, int label, int labelCount)
    {
        (double Score, bool IsSo)[] falling = [.. Enumerable.Range(0, scores.Count / labelCount)
            .Select(row => row * labelCount + label).Select(at => (scores[at], truth[at])).OrderByDescending(one => one.Item1)];
        long actual = falling.LongCount(one => one.IsSo), right = 0;
        double best = Default, bestF1 = 0;
        for (int guessed = 1; guessed <= falling.Length; guessed++)
        {
            if (falling[guessed - 1].IsSo) right++;
            double score = falling[guessed - 1].Score, next = guessed < falling.Length ? falling[guessed].Score : 0;
            if (score == next) continue;
            double threshold = next < Default && Default <= score ? Default : (score + next) / 2, f1 = ClassMetrics.Of(right, guessed, actual).F1;
            if (f1 < bestF1 || f1 == 0 || (f1 == bestF1 && Math.Abs(threshold - Default) >= Math.Abs(best - Default))) continue;
            (best, bestF1) = (threshold, f1);
        }
        return best;
    }
}
