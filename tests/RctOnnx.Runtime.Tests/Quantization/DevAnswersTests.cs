using RctOnnx.Runtime.Quantization;
using Xunit;

namespace RctOnnx.Runtime.Tests.Quantization;

public class DevAnswersTests
{
    private static Classification Answer(string label) =>
        new() { Label = label, Score = 1, Scores = [], Labels = [label], Logits = [0], TokenCount = 1, UsedTokenCount = 1, Truncated = false, WindowCount = 1 };

    private static DevAnswers Answers(string[] labels, string[] values) =>
        new([.. labels.Select(Answer)], [[.. labels.Select(Answer)], [.. values.Select(Answer)]], [true, false]);

    [Fact]
    public void Tasks_that_answer_values_do_not_count_as_agreed()
    {
        DevAnswers one = Answers(["a", "b"], ["score", "score"]), other = Answers(["a", "c"], ["score", "score"]);
        Assert.Equal(0.5, one.AgreementWith(other));
        Assert.Equal(1, (one with { NamesLabels = [false, false] }).AgreementWith(other));
    }
}
