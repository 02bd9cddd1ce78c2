namespace RctOnnx.Runtime;

/// <summary>
/// The best spans of a context out of the logits of its windows. A span begins and ends in one window; spans of all windows are compared by the
/// sum of their two logits (Devlin et al. 2018, section 4.2), and probabilities are over the tokens of all windows together (shared
/// normalisation, Clark and Gardner 2018): of one window those of a softmax over its [CLS] and its context. Pure.
/// </summary>
public static class SpanFinder
{
    private const int Labels = 2; // start and end

    /// <summary>Spans of pieces by falling score, equal ones in their order; none twice.</summary>
    /// <param name="logits">Of every window those of [CLS], then of its pieces: [windows, 1 + window length, 2].</param>
    /// <param name="question">The windows.</param>
    /// <param name="maxLength">Most pieces of a span.</param>
    /// <param name="count">Most spans.</param>
    /// <returns>First and last piece, the sum of the logits, and the probability; and the same two of [CLS], of the window where they are lowest.</returns>
    public static (IReadOnlyList<FoundSpan> Spans, FoundSpan NoAnswer) Find(ReadOnlySpan<float> logits, EncodedQuestion question, int maxLength, int count)
    {
        int stride = question.WindowLength + 1;
        double normaliser = LogSum(logits, 0) + LogSum(logits, 1), none = double.PositiveInfinity;
        List<FoundSpan> best = [];
        for (int window = 0; window < question.WindowStarts.Count; window++)
        {
            ReadOnlySpan<float> own = logits.Slice(window * stride * Labels, stride * Labels);
            none = Math.Min(none, (double)own[0] + own[1]);
            for (int first = 0; first < question.WindowLength; first++)
                for (int last = first; last < Math.Min(question.WindowLength, first + maxLength); last++)
                {
                    double sum = (double)own[(first + 1) * Labels] + own[(last + 1) * Labels + 1];
                    if (best.Count == count && sum <= best[^1].Logit) continue;
                    Add(best, new FoundSpan(question.WindowStarts[window] + first, question.WindowStarts[window] + last, sum, Math.Exp(sum - normaliser)), count);
                }
        }
        return (best, new FoundSpan(-1, -1, none, Math.Exp(none - normaliser)));
    }

    private static void Add(List<FoundSpan> best, FoundSpan span, int count)
    {
        int same = best.FindIndex(other => other.First == span.First && other.Last == span.Last); // in an earlier window
        if (same >= 0)
        {
            if (best[same].Logit >= span.Logit) return;
            best.RemoveAt(same);
        }
        int place = best.FindIndex(other => other.Logit < span.Logit);
        best.Insert(place < 0 ? best.Count : place, span);
        if (best.Count > count) best.RemoveAt(count);
    }

    private static double LogSum(ReadOnlySpan<float> logits, int label)
    {
        double highest = double.NegativeInfinity, sum = 0;
        for (int i = label; i < logits.Length; i += Labels) highest = Math.Max(highest, logits[i]);
        for (int i = label; i < logits.Length; i += Labels) sum += Math.Exp(logits[i] - highest);
        return highest + Math.Log(sum);
    }
}
