namespace RctOnnx.Data.Metrics;

/// <summary>Metrics of answers with any number of labels a text, as scikit-learn computes them on indicator matrices.</summary>
public sealed record MultiLabelMetrics
{
    /// <summary>Share of texts whose labels are all right and complete.</summary>
    public required double ExactMatch { get; init; }

    /// <summary>Share of wrong decisions of all texts times labels.</summary>
    public required double HammingLoss { get; init; }

    /// <summary>Each label by index.</summary>
    public required IReadOnlyList<ClassMetrics> PerLabel { get; init; }

    /// <summary>Unweighted mean over the labels.</summary>
    public required ClassMetrics Macro { get; init; }

    /// <summary>Over all decisions together.</summary>
    public required ClassMetrics Micro { get; init; }

    /// <summary>Mean over the labels, weighted by support.</summary>
    public required ClassMetrics Weighted { get; init; }

    /// <summary>Number of texts.</summary>
    public required long Count { get; init; }

    /// <summary>Metrics of predictions against the truth, both one flag a text and label, in the order of the texts.</summary>
    /// <exception cref="ArgumentException">The lists have different lengths, are empty, or are no multiple of the labels.</exception>
    public static MultiLabelMetrics Compute(IReadOnlyList<bool> truth, IReadOnlyList<bool> predicted, int labelCount)
    {
        if (truth.Count != predicted.Count || truth.Count == 0 || truth.Count % labelCount != 0)
            throw new ArgumentException($"{predicted.Count} predictions for {truth.Count} decisions over {labelCount} labels.", nameof(predicted));
        long[] right = new long[labelCount], guessed = new long[labelCount], actual = new long[labelCount];
        long exact = 0, wrong = 0;
        for (int start = 0; start < truth.Count; start += labelCount)
        {
            long before = wrong;
            for (int i = 0; i < labelCount; i++)
            {
                (bool isSo, bool isGuessed) = (truth[start + i], predicted[start + i]);
                if (isSo) actual[i]++;
                if (isGuessed) guessed[i]++;
                if (isSo && isGuessed) right[i]++;
                if (isSo != isGuessed) wrong++;
            }
            if (wrong == before) exact++;
        }
        ClassMetrics[] perLabel = [.. Enumerable.Range(0, labelCount).Select(i => ClassMetrics.Of(right[i], guessed[i], actual[i]))];
        long total = actual.Sum();
        return new MultiLabelMetrics
        {
            ExactMatch = (double)exact / (truth.Count / labelCount),
            HammingLoss = (double)wrong / truth.Count,
            PerLabel = perLabel,
            Macro = new ClassMetrics(perLabel.Average(one => one.Precision), perLabel.Average(one => one.Recall), perLabel.Average(one => one.F1), total),
            Micro = ClassMetrics.Of(right.Sum(), guessed.Sum(), total),
            Weighted = new ClassMetrics(Weigh(one => one.Precision), Weigh(one => one.Recall), Weigh(one => one.F1), total),
            Count = truth.Count / labelCount,
        };

        double Weigh(Func<ClassMetrics, double> value) => total == 0 ? 0 : perLabel.Sum(one => value(one) * one.Support) / total;
    }
}
