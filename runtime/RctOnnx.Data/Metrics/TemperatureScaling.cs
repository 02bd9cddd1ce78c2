namespace RctOnnx.Data.Metrics;

/// <summary>One number that logits are divided by, so that probabilities fit held-out data (Guo et al. 2017). No answer changes by it.</summary>
public static class TemperatureScaling
{
    // Beyond these, held-out rows that are all right (or all wrong) would take it to zero (or to infinity).
    private const double Lowest = 0.05, Highest = 20;
    private const int Halvings = 60;

    /// <summary>The temperature of the least negative log-likelihood, within 0.05 to 20.</summary>
    /// <param name="logits">[rows, labels].</param>
    /// <param name="classes">True label by row; at least one row.</param>
    /// <param name="labelCount">Labels.</param>
    /// <exception cref="ArgumentException">There are no rows, or logits and classes do not fit together.</exception>
    public static double Fit(IReadOnlyList<float> logits, IReadOnlyList<int> classes, int labelCount)
    {
        Check(logits, classes, labelCount);
        // The likelihood is convex in 1 / temperature: its slope changes sign once.
        double low = 1 / Highest, high = 1 / Lowest;
        for (int i = 0; i < Halvings; i++)
        {
            double middle = (low + high) / 2;
            if (Slope(logits, classes, labelCount, 1 / middle) > 0) high = middle;
            else low = middle;
        }
        return 2 / (low + high);
    }

    /// <summary>Softmax of a row's logits / temperature into <paramref name="scores"/>; gives the index of the largest, the first of equal ones.</summary>
    internal static int Softmax(IReadOnlyList<float> logits, int row, int labelCount, double temperature, double[] scores)
    {
        int largest = 0;
        for (int i = 1; i < labelCount; i++)
            if (logits[(row * labelCount) + i] > logits[(row * labelCount) + largest]) largest = i;
        double highest = logits[(row * labelCount) + largest], sum = 0;
        for (int i = 0; i < labelCount; i++) sum += scores[i] = Math.Exp((logits[(row * labelCount) + i] - highest) / temperature);
        for (int i = 0; i < labelCount; i++) scores[i] /= sum;
        return largest;
    }

    internal static void Check(IReadOnlyList<float> logits, IReadOnlyList<int> classes, int labelCount)
    {
        if (classes.Count == 0 || labelCount < 1 || logits.Count != (long)classes.Count * labelCount)
            throw new ArgumentException($"There are {logits.Count} logits for {classes.Count} rows of {labelCount} labels; expected one a row and label, and at least one row.");
    }

    // Of the negative log-likelihood by 1 / temperature: the logit expected under the softmax less that of the true label.
    private static double Slope(IReadOnlyList<float> logits, IReadOnlyList<int> classes, int labelCount, double temperature)
    {
        double[] scores = new double[labelCount];
        double slope = 0;
        for (int row = 0; row < classes.Count; row++)
        {
            Softmax(logits, row, labelCount, temperature, scores);
            for (int i = 0; i < labelCount; i++) slope += scores[i] * logits[(row * labelCount) + i];
            slope -= logits[(row * labelCount) + classes[row]];
        }
        return slope;
    }
}
