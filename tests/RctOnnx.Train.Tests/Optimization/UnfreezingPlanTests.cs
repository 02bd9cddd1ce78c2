using RctOnnx.Onnx;
using RctOnnx.Train.Optimization;
using Xunit;

namespace RctOnnx.Train.Tests.Optimization;

public class UnfreezingPlanTests
{
    private static readonly string[] Frozen =
        [TensorNames.WordEmbeddings, "embeddings.norm.bias", "encoder.layer.1.attention.query.weight", "encoder.layer.10.attention.query.weight", "encoder.layer.11.attention.query.weight"];

    private readonly UnfreezingPlan _plan = new(Frozen, 100, layerCount: 12);

    [Theory]
    [InlineData("head.output.weight", 0)]
    [InlineData("encoder.layer.9.attention.query.weight", 0)]
    [InlineData("encoder.layer.11.attention.query.weight", 100)]
    [InlineData("encoder.layer.10.attention.query.weight", 200)]
    [InlineData("encoder.layer.1.attention.query.weight", 300)] // the next lower one that is frozen
    [InlineData("embeddings.word.weight", 400)]
    [InlineData("embeddings.norm.bias", 400)]
    public void What_is_frozen_comes_from_the_top_down_and_the_embeddings_last(string name, long step) => Assert.Equal(step, _plan.FirstStepOf(name));

    [Fact]
    public void A_frozen_pooler_comes_first() =>
        Assert.Equal((10, 20), (new UnfreezingPlan(["pooler.weight", .. Frozen], 10, 12).FirstStepOf("pooler.weight"), new UnfreezingPlan(["pooler.weight", .. Frozen], 10, 12).FirstStepOf(Frozen[^1])));

    [Theory]
    [InlineData(401, "all is trained from step 401 on")]
    [InlineData(400, "1 of them stay frozen, as the run has 400 steps")]
    [InlineData(101, "3 of them stay frozen, as the run has 101 steps")]
    public void Describe_says_what_the_steps_of_a_run_reach(long steps, string expected) => Assert.Contains(expected, _plan.Describe(steps));

    [Fact]
    public void A_run_that_unfreezes_nothing_is_refused() =>
        Assert.Contains("--unfreeze-every is 100, but the run has 100 steps", Assert.Throws<SettingsException>(() => _plan.Describe(100)).Message);
}
