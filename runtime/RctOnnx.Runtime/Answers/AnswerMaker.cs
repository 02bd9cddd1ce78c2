using RctOnnx.Onnx;

namespace RctOnnx.Runtime;

/// <summary>Turns logits into answers, with no memory but that of the answers. Thread-safe; sums in double so that scores do not depend on the order of labels.</summary>
/// <param name="labels">Of the task.</param>
/// <param name="problem">What its logits mean.</param>
/// <param name="calibration">Its temperature and thresholds.</param>
/// <param name="topK">How many scores an answer carries.</param>
/// <param name="first">Column of the first of its logits, where there are those of other tasks beside them.</param>
/// <param name="width">Columns of all tasks; null where there is one.</param>
internal sealed class AnswerMaker(IReadOnlyList<string> labels, ProblemType problem, Calibration calibration, int? topK, int first = 0, int? width = null)
{
    private readonly int _width = width ?? labels.Count;
    private const int OnStack = 64; // labels whose sums fit there; more take memory of the heap

    private readonly IReadOnlyList<string>[] _alone = [.. labels.Select(label => (IReadOnlyList<string>)[label])];

    /// <summary>The answer over the windows of one text.</summary>
    /// <param name="logits">Logits of the windows, [windows, labels of all tasks].</param>
    /// <param name="windowCount">Number of windows, at least one.</param>
    /// <param name="tokenCount">Tokens before the limit.</param>
    /// <param name="usedTokenCount">Tokens that were seen.</param>
    public Classification Make(ReadOnlySpan<float> logits, int windowCount, int tokenCount, int usedTokenCount)
    {
        int count = labels.Count;
        Span<double> sums = count <= OnStack ? stackalloc double[3 * OnStack] : new double[3 * count];
        Span<double> means = sums[..count], scores = sums.Slice(count, count), window = sums.Slice(2 * count, count);
        means.Clear();
        scores.Clear();
        for (int w = 0; w < windowCount; w++)
        {
            ReadOnlySpan<float> row = logits.Slice(w * _width + first, count);
            Activate(row, window);
            for (int i = 0; i < count; i++)
            {
                means[i] += row[i] / (double)windowCount;
                scores[i] += window[i] / windowCount;
            }
        }
        Span<float> rounded = count <= OnStack ? stackalloc float[OnStack] : new float[count];
        Span<int> order = count <= OnStack ? stackalloc int[OnStack] : new int[count];
        rounded = rounded[..count];
        order = order[..count];
        for (int i = 0; i < count; i++) (rounded[i], order[i]) = ((float)scores[i], i);
        int shown = problem == ProblemType.Regression ? count : Math.Min(topK ?? count, count);
        if (problem != ProblemType.Regression) Sort(order, rounded);
        LabelScore[] shownScores = new LabelScore[shown];
        for (int i = 0; i < shown; i++) shownScores[i] = new LabelScore(labels[order[i]], rounded[order[i]]);
        float[] meanLogits = new float[count];
        for (int i = 0; i < count; i++) meanLogits[i] = (float)means[i];
        return new Classification
        {
            Label = labels[order[0]],
            Score = rounded[order[0]],
            Scores = Array.AsReadOnly(shownScores),
            Labels = problem == ProblemType.MultiLabel ? Reaching(rounded) : _alone[order[0]],
            Logits = Array.AsReadOnly(meanLogits),
            TokenCount = tokenCount,
            UsedTokenCount = usedTokenCount,
            Truncated = usedTokenCount < tokenCount,
            WindowCount = windowCount,
        };
    }

    private IReadOnlyList<string> Reaching(ReadOnlySpan<float> scores)
    {
        List<string> reaching = [];
        for (int i = 0; i < scores.Length; i++)
            if (scores[i] >= (calibration.Thresholds?[i] ?? 0.5)) reaching.Add(labels[i]);
        return reaching.AsReadOnly();
    }

    // By falling score, equal ones in the order of the labels. Insertion for the few labels that are usual: it needs no memory.
    private static void Sort(Span<int> order, ReadOnlySpan<float> scores)
    {
        if (order.Length > OnStack)
        {
            float[] keys = scores.ToArray();
            order.Sort((first, second) => keys[second].CompareTo(keys[first]) is var byScore and not 0 ? byScore : first.CompareTo(second));
            return;
        }
        for (int i = 1; i < order.Length; i++)
        {
            int own = order[i], place = i;
            for (; place > 0 && scores[order[place - 1]] < scores[own]; place--) order[place] = order[place - 1];
            order[place] = own;
        }
    }

    private void Activate(ReadOnlySpan<float> logits, Span<double> scores)
    {
        double temperature = calibration.Temperature;
        switch (problem)
        {
            case ProblemType.Regression:
                for (int i = 0; i < scores.Length; i++) scores[i] = logits[i];
                return;
            case ProblemType.MultiLabel:
                for (int i = 0; i < scores.Length; i++) scores[i] = 1 / (1 + Math.Exp(-logits[i] / temperature));
                return;
            default:
                Softmax.Write(logits, scores, temperature);
                return;
        }
    }
}
