using RctOnnx.Runtime.Quantization;
using Xunit;

namespace RctOnnx.Runtime.Tests.Quantization;

public class DevAnswersTests
{
    private static DevAnswers Answers(string[] labels, string[]? values = null) => new()
    {
        Texts = labels,
        Tasks = [new TaskAnswers([.. labels.Select(_ => new[] { 0f })], labels), new TaskAnswers([.. labels.Select(_ => new[] { 2f })], values)],
    };

    [Fact]
    public void Tasks_that_answer_values_do_not_count_as_agreed()
    {
        Assert.Equal(0.5, Answers(["a", "b"]).AgreementWith(Answers(["a", "c"])));
        Assert.Equal(0.75, Answers(["a", "b"], ["x", "y"]).AgreementWith(Answers(["a", "c"], ["x", "y"])));
        Assert.Equal(1, (Answers(["a"]) with { Tasks = [new TaskAnswers([new[] { 0f }], null)] }).AgreementWith(Answers(["b"])));
    }

    [Fact]
    public void Parts_are_joined_task_by_task()
    {
        DevAnswers all = DevAnswers.Joined([Answers(["a", "b"]), Answers(["c"])]);
        Assert.Equal(3, all.Count);
        Assert.Equal(["a", "b", "c"], all.Tasks[0].Labels);
        Assert.Equal([2f, 2f, 2f], all.Tasks[1].Logits.Select(logits => logits[0]));
        Assert.Null(all.Tasks[1].Labels);
        Assert.Equal(2, all.SquaredDistance(all with { Tasks = [all.Tasks[0], all.Tasks[0]] })); // the mean of 0 and 4
    }
}
