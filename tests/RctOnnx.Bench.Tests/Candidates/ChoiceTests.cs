using RctOnnx.Bench.Candidates;
using Xunit;

namespace RctOnnx.Bench.Tests.Candidates;

public class ChoiceTests
{
    private static Candidate Model(string name, double accuracy, double rate, double size, bool documents = false) => new(name, "", documents, size, accuracy, 0, rate, rate, 1, 1);

    private static readonly Candidate Reference = Model("reference", 0.86, 300, 90);

    [Fact]
    public void Every_need_gets_the_model_that_meets_it_best()
    {
        IReadOnlyList<Choice> choices = Choice.Of(Reference,
        [
            Model("abstracts", 0.93, 400, 24, documents: true), Model("six", 0.865, 900, 24), Model("three", 0.8571, 1700, 17), Model("tiny", 0.82, 9000, 2),
        ]);
        Assert.Equal(["abstracts", "six", "three", "tiny", "tiny"], choices.Select(choice => choice.Name));
    }

    [Fact]
    public void A_model_that_loses_more_than_the_margin_does_not_stand_in_for_the_reference()
    {
        Assert.True(Choice.IsAsGoodAs(Model("on the margin", 0.857, 1, 1), Reference));
        Assert.False(Choice.IsAsGoodAs(Model("below", 0.8569, 1, 1), Reference));
        Assert.DoesNotContain(Choice.Of(Reference, [Model("tiny", 0.82, 9000, 2)]), choice => choice.Need.Contains("points of the reference"));
    }
}
