using RctOnnx.Onnx;

namespace RctOnnx.Runtime;

/// <summary>Turns logits into answers. Pure; sums in double so that scores do not depend on the order of labels.</summary>
internal sealed class AnswerMaker(IReadOnlyList<string> labels, ProblemType problem, Calibration calibration, int? topK)
{
    /// <summary>The answer over the windows of one text.</summary>
    /// <param name="logits">Logits of the windows, [windows, labels].</param>
    /// <param name="windowCount">Number of windows, at least one.</param>
    /// <param name="tokenCount">Tokens before the limit.</param>
    /// <param name="usedTokenCount">Tokens that were seen.</param>
    public Classification Make(ReadOnlySpan<float> logits, int windowCount, int tokenCount, int usedTokenCount)
    {
        int count = labels.Count;
        double[] means = new double[count], scores = new double[count], window = new double[count];
        for (int w = 0; w < windowCount; w++)
        {
            ReadOnlySpan<float> row = logits.Slice(w * count, count);
            Activate(row, window);
            for (int i = 0; i < count; i++)
            {
                means[i] += row[i] / (double)windowCount;
                scores[i] += window[i] / windowCount;
            }
        }
        float[] rounded = [.. scores.Select(score => (float)score)];
        int[] order = problem == ProblemType.Regression
            ? [.. Enumerable.Range(0, count)]
            : [.. Enumerable.Range(0, count).OrderByDescending(i => rounded[i])];
        int shown = problem == ProblemType.Regression ? count : Math.Min(topK ?? count, count);
        return new Classification
        {
            Label = labels[order[0]],
            Score = rounded[order[0]],
            Scores = [.. order.Take(shown).Select(i => new LabelScore(labels[i], rounded[i]))],
            Labels = problem == ProblemType.MultiLabel
                ? [.. Enumerable.Range(0, count).Where(i => rounded[i] >= (calibration.Thresholds?[i] ?? 0.5)).Select(i => labels[i])]
                : [labels[order[0]]],
            Logits = [.. means.Select(mean => (float)mean)],
            TokenCount = tokenCount,
            UsedTokenCount = usedTokenCount,
            Truncated = usedTokenCount < tokenCount,
            WindowCount = windowCount,
        };
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
