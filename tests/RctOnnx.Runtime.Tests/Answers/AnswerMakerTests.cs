using RctOnnx.Onnx;
using Xunit;

namespace RctOnnx.Runtime.Tests.Answers;

public class AnswerMakerTests
{
    private static readonly string[] Labels = ["a", "b", "c"];

    [Fact]
    public void Make_single_label_gives_a_softmax_after_temperature()
    {
        AnswerMaker maker = new(Labels, ProblemType.SingleLabel, new Calibration { Temperature = 2 }, topK: null);

        Classification answer = maker.Make([2f, 0f, -2f], 1, 5, 5);

        double sum = Math.Exp(1) + 1 + Math.Exp(-1);
        Assert.Equal("a", answer.Label);
        Assert.Equal((float)(Math.Exp(1) / sum), answer.Score, 6);
        Assert.Equal(1.0, answer.Scores.Sum(score => (double)score.Score), 6);
        Assert.Equal([2f, 0f, -2f], answer.Logits);
    }

    [Fact]
    public void Make_equal_scores_keep_the_order_of_the_labels()
    {
        AnswerMaker maker = new(Labels, ProblemType.SingleLabel, new Calibration(), topK: 2);

        Classification answer = maker.Make([1f, 3f, 3f], 1, 5, 5);

        Assert.Equal("b", answer.Label);
        Assert.Equal(["b", "c"], answer.Scores.Select(score => score.Label));
    }

    [Fact]
    public void Make_multi_label_gives_a_sigmoid_and_the_labels_above_their_thresholds()
    {
        AnswerMaker maker = new(Labels, ProblemType.MultiLabel, new Calibration { Thresholds = [0.5, 0.9, 0.1] }, topK: null);

        Classification answer = maker.Make([0f, 1f, -1f], 1, 5, 5);

        Assert.Equal(["a", "c"], answer.Labels);
        Assert.Equal("b", answer.Label);
        Assert.Equal(1 / (1 + MathF.Exp(-1)), answer.Score, 6);
    }

    [Fact]
    public void Make_regression_gives_the_values_as_they_are()
    {
        AnswerMaker maker = new(["first", "second"], ProblemType.Regression, new Calibration(), topK: null);

        Classification answer = maker.Make([-3.5f, 7f], 1, 5, 5);

        Assert.Equal("first", answer.Label);
        Assert.Equal(-3.5f, answer.Score);
        Assert.Equal([new LabelScore("first", -3.5f), new LabelScore("second", 7f)], answer.Scores);
    }

    [Fact]
    public void Make_windows_average_probabilities_and_report_truncation_by_the_counts()
    {
        AnswerMaker maker = new(["a", "b"], ProblemType.SingleLabel, new Calibration(), topK: null);

        Classification answer = maker.Make([100f, 0f, 0f, 1f], 2, 20, 20);

        Assert.Equal((1 + 1 / (1 + Math.E)) / 2, answer.Score, 5);
        Assert.Equal(2, answer.WindowCount);
        Assert.False(answer.Truncated);
        Assert.True(maker.Make([1f, 0f], 1, 20, 10).Truncated);
    }

    [Fact]
    public void Make_huge_logits_stay_finite()
    {
        AnswerMaker maker = new(Labels, ProblemType.SingleLabel, new Calibration(), topK: null);

        Classification answer = maker.Make([3e38f, -3e38f, 0f], 1, 2, 2);

        Assert.All(answer.Scores, score => Assert.True(float.IsFinite(score.Score)));
        Assert.Equal(1f, answer.Score);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(300)]
    public void Make_any_number_of_labels_sorts_by_score_and_then_by_place(int count)
    {
        float[] logits = [.. Enumerable.Range(0, count).Select(i => (float)(i * 7919 % 13))];
        AnswerMaker maker = new([.. logits.Select((_, i) => $"label {i}")], ProblemType.SingleLabel, new Calibration(), topK: null);

        Classification answer = maker.Make(logits, 1, 5, 5);

        Assert.Equal(Enumerable.Range(0, count).OrderByDescending(i => logits[i]).Select(i => $"label {i}"), answer.Scores.Select(score => score.Label));
        Assert.Equal(logits, answer.Logits);
    }

    [Fact]
    public void Make_takes_no_memory_but_that_of_the_answer()
    {
        AnswerMaker maker = new(["a", "b", "c", "d", "e"], ProblemType.SingleLabel, new Calibration(), topK: 1);
        float[] logits = [1f, 3f, 2f, 0f, -1f];
        _ = maker.Make(logits, 1, 5, 5);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++) _ = maker.Make(logits, 1, 5, 5);
        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / 100, 1, 300); // the answer with one score and five logits
    }
}
