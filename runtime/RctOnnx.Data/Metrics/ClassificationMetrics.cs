namespace RctOnnx.Data.Metrics;

/// <summary>
/// Metrics of single-label classification, as scikit-learn computes them. Counts are added over the whole set and divided once.
/// </summary>
public sealed record ClassificationMetrics
{
    /// <summary>Whole numbers that <see cref="OfRounded"/> takes for classes.</summary>
    public const int MostWholeNumbers = 100;

    /// <summary>Share of examples whose prediction is right.</summary>
    public required double Accuracy { get; init; }

    /// <summary>Each class by index.</summary>
    public required IReadOnlyList<ClassMetrics> PerClass { get; init; }

    /// <summary>Unweighted mean over the classes.</summary>
    public required ClassMetrics Macro { get; init; }

    /// <summary>Over all examples together.</summary>
    public required ClassMetrics Micro { get; init; }

    /// <summary>Mean over the classes, weighted by support.</summary>
    public required ClassMetrics Weighted { get; init; }

    /// <summary>Counts; rows are the true class, columns the predicted one.</summary>
    public required IReadOnlyList<IReadOnlyList<long>> ConfusionMatrix { get; init; }

    /// <summary>Cohen's kappa.</summary>
    public required double Kappa { get; init; }

    /// <summary>Cohen's kappa with quadratic weights.</summary>
    public required double QuadraticWeightedKappa { get; init; }

    /// <summary>Matthews correlation coefficient for several classes (Gorodkin 2004).</summary>
    public required double MatthewsCorrelation { get; init; }

    /// <summary>Number of examples.</summary>
    public required long Count { get; init; }

    /// <summary>Metrics of predictions against the truth, both as class indices below <paramref name="classCount"/>.</summary>
    /// <exception cref="ArgumentException">The lists have different lengths, are empty, or hold an index out of range.</exception>
    public static ClassificationMetrics Compute(IReadOnlyList<int> truth, IReadOnlyList<int> predicted, int classCount)
    {
        if (truth.Count != predicted.Count) throw new ArgumentException($"{predicted.Count} predictions for {truth.Count} examples.", nameof(predicted));
        if (truth.Count == 0) throw new ArgumentException("There are no examples.", nameof(truth));
        long[][] matrix = [.. Enumerable.Range(0, classCount).Select(_ => new long[classCount])];
        for (int i = 0; i < truth.Count; i++)
        {
            if ((uint)truth[i] >= (uint)classCount || (uint)predicted[i] >= (uint)classCount)
                throw new ArgumentException($"Example {i} has the classes {truth[i]} and {predicted[i]}, expected 0 to {classCount - 1}.", nameof(truth));
            matrix[truth[i]][predicted[i]]++;
        }
        return FromMatrix(matrix);
    }

    /// <summary>
    /// Metrics of real-valued predictions of whole numbers: each is rounded to the nearest number from the smallest to the largest
    /// one of the truth, which are the classes. Null where the truth has other numbers, one number only, or more than <see cref="MostWholeNumbers"/>.
    /// </summary>
    /// <exception cref="ArgumentException">The lists have different lengths or are empty.</exception>
    public static ClassificationMetrics? OfRounded(IReadOnlyList<double> truth, IReadOnlyList<double> predicted)
    {
        if (truth.Any(value => value != Math.Round(value))) return null;
        double lowest = truth.Min(), highest = truth.Max();
        if (highest - lowest is < 1 or >= MostWholeNumbers) return null;
        return Compute([.. truth.Select(Index)], [.. predicted.Select(Index)], (int)(highest - lowest) + 1);

        int Index(double value) => (int)(Math.Clamp(Math.Round(value), lowest, highest) - lowest);
    }

    /// <summary>Metrics of a confusion matrix; rows are the true class.</summary>
    public static ClassificationMetrics FromMatrix(IReadOnlyList<IReadOnlyList<long>> matrix)
    {
        int classes = matrix.Count;
        long[] actual = [.. matrix.Select(row => row.Sum())];
        long[] guessed = [.. Enumerable.Range(0, classes).Select(column => matrix.Sum(row => row[column]))];
        long total = actual.Sum(), right = Enumerable.Range(0, classes).Sum(i => matrix[i][i]);
        ClassMetrics[] perClass = [.. Enumerable.Range(0, classes).Select(i => ClassMetrics.Of(matrix[i][i], guessed[i], actual[i]))];
        return new ClassificationMetrics
        {
            Accuracy = ClassMetrics.Ratio(right, total),
            PerClass = perClass,
            Macro = new ClassMetrics(perClass.Average(c => c.Precision), perClass.Average(c => c.Recall), perClass.Average(c => c.F1), total),
            Micro = ClassMetrics.Of(right, total, total),
            Weighted = new ClassMetrics(Weigh(c => c.Precision), Weigh(c => c.Recall), Weigh(c => c.F1), total),
            ConfusionMatrix = matrix,
            Kappa = KappaOf((i, j) => i == j ? 0 : 1),
            QuadraticWeightedKappa = KappaOf((i, j) => (double)(i - j) * (i - j)),
            MatthewsCorrelation = Matthews(actual, guessed, right, total),
            Count = total,
        };

        double Weigh(Func<ClassMetrics, double> value) => perClass.Sum(c => value(c) * c.Support) / total;

        // 1 - observed disagreement / disagreement expected by chance (Cohen 1968).
        double KappaOf(Func<int, int, double> weight)
        {
            double observed = 0, expected = 0;
            for (int i = 0; i < classes; i++)
                for (int j = 0; j < classes; j++)
                {
                    observed += weight(i, j) * matrix[i][j];
                    expected += weight(i, j) * actual[i] * guessed[j] / total;
                }
            return 1 - observed / expected;
        }
    }

    private static double Matthews(long[] actual, long[] guessed, long right, long total)
    {
        double both = actual.Zip(guessed, (a, g) => (double)a * g).Sum();
        double guessedSquares = guessed.Sum(g => (double)g * g), actualSquares = actual.Sum(a => (double)a * a), square = (double)total * total;
        double denominator = Math.Sqrt((square - guessedSquares) * (square - actualSquares));
        return denominator == 0 ? 0 : ((double)right * total - both) / denominator;
    }
}
