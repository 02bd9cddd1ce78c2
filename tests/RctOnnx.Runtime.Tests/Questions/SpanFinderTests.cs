using Xunit;

namespace RctOnnx.Runtime.Tests.Questions;

public class SpanFinderTests
{
    private static EncodedQuestion Windows(int width, params int[] starts) => new([9], [.. Enumerable.Range(0, starts[^1] + width)], [], [], starts, width, 0);

    // Of every window [CLS], then its pieces; starts and ends apart, as people read them.
    private static float[] Logits(float[] starts, float[] ends) => [.. starts.Zip(ends).SelectMany(pair => (float[])[pair.First, pair.Second])];

    [Fact]
    public void Of_one_window_the_probability_is_that_of_a_softmax_over_cls_and_context()
    {
        float[] starts = [0, 2, 1, 0.5f], ends = [0, -1, 0.25f, 3];
        (IReadOnlyList<FoundSpan> spans, FoundSpan none) = SpanFinder.Find(Logits(starts, ends), Windows(3, 0), 30, 2);
        double startSum = starts.Sum(one => Math.Exp(one)), endSum = ends.Sum(one => Math.Exp(one));
        Assert.Equal((0, 2), (spans[0].First, spans[0].Last));
        Assert.Equal(Math.Exp(2) / startSum * Math.Exp(3) / endSum, spans[0].Probability, 1e-12);
        Assert.Equal((1, 2), (spans[1].First, spans[1].Last));
        Assert.Equal(1 / startSum / endSum, none.Probability, 1e-12);
    }

    [Fact]
    public void An_end_before_its_start_is_no_answer_and_neither_is_a_span_that_is_too_long()
    {
        float[] logits = Logits([0, 0, 0, 9], [0, 9, 0, 1]);
        Assert.Equal((2, 2), Best(30));
        float[] far = Logits([0, 9, 0, 0], [0, 0, 1, 9]);
        Assert.Equal((0, 2), Best(3, far));
        Assert.Equal((0, 1), Best(2, far));

        (int, int) Best(int longest, float[]? other = null)
        {
            FoundSpan best = SpanFinder.Find(other ?? logits, Windows(3, 0), longest, 1).Spans[0];
            return (best.First, best.Last);
        }
    }

    [Fact]
    public void A_span_in_two_windows_counts_once_with_its_better_logit_and_no_span_crosses_a_window()
    {
        // Windows over pieces 0 1 2 and 1 2 3.
        float[] logits = [.. Logits([0, 5, 1, 0], [0, 0, 1, 2]), .. Logits([-3, 2, 0, 0], [-1, 2, 0, 6])];
        (IReadOnlyList<FoundSpan> spans, FoundSpan none) = SpanFinder.Find(logits, Windows(3, 0, 1), 30, 20);
        Assert.Equal((1, 3, 8.0), (spans[0].First, spans[0].Last, spans[0].Logit));
        Assert.DoesNotContain(spans, span => span.First == 0 && span.Last == 3);
        Assert.Equal(spans.Count, spans.Select(span => (span.First, span.Last)).Distinct().Count());
        Assert.Equal(4, Assert.Single(spans, span => (span.First, span.Last) == (1, 1)).Logit); // 2 in the first window
        Assert.Equal(spans.OrderByDescending(span => span.Logit).Select(span => span.Logit), spans.Select(span => span.Logit));
        Assert.Equal(-4, none.Logit);
    }

    [Fact]
    public void A_context_without_a_piece_has_no_span()
    {
        (IReadOnlyList<FoundSpan> spans, FoundSpan none) = SpanFinder.Find([1, 2], new EncodedQuestion([9], [], [], [], [0], 0, 0), 30, 3);
        Assert.Empty(spans);
        Assert.Equal(1, none.Probability, 1e-12);
    }
}
