using RctOnnx.Onnx;
using RctOnnx.Train.Optimization;
using Xunit;

namespace RctOnnx.Train.Tests.Optimization;

public class FrozenParametersTests
{
    private static readonly string[] Names =
    [
        TensorNames.WordEmbeddings, "embeddings.norm.bias", "encoder.layer.1.attention.query.weight", "encoder.layer.1.feed_forward.output.bias",
        "encoder.layer.10.attention.query.weight", "encoder.layer.11.attention.query.weight", "pooler.weight", "head.output.weight",
    ];

    [Theory]
    [InlineData("encoder", 6)]
    [InlineData("embeddings", 2)]
    [InlineData("layers:2", 4)] // embeddings and layers 0 and 1, not 10 and 11
    [InlineData("layers:11", 5)]
    [InlineData("encoder.layer.1", 2)]
    [InlineData("encoder.layer.1.attention", 1)]
    [InlineData("pooler", 1)]
    public void A_choice_means_whole_parts_of_names(string choice, int count) =>
        Assert.Equal(count, FrozenParameters.Of(Names, [choice], 12).Count);

    [Fact]
    public void Choices_add_up() => Assert.Equal(3, FrozenParameters.Of(Names, ["embeddings", "pooler", "pooler.weight"], 12).Count);

    [Theory]
    [InlineData("encodr", "--freeze encodr names no parameter; expected encoder, layers:N")]
    [InlineData("encoder.layer.1.att", "names no parameter")]
    [InlineData("layers:13", "the encoder has 12, expected layers:1 to layers:12")]
    [InlineData("layers:x", "is not a number of layers")]
    public void What_means_nothing_is_refused(string choice, string fault) =>
        Assert.Contains(fault, Assert.Throws<SettingsException>(() => FrozenParameters.Of(Names, [choice], 12)).Message);

    [Fact]
    public void Freezing_everything_is_refused() =>
        Assert.Contains("leaves nothing to train", Assert.Throws<SettingsException>(() => FrozenParameters.Of(Names, ["encoder", "pooler", "head"], 12)).Message);

    [Theory]
    [InlineData("head.output.weight", 1)]
    [InlineData("pooler.bias", 1)]
    [InlineData("encoder.layer.11.attention.query.weight", 0.5)]
    [InlineData("encoder.layer.9.attention.query.weight", 0.125)]
    [InlineData("encoder.layer.0.attention.query.weight", 1.0 / 4096)]
    [InlineData("embeddings.word.weight", 1.0 / 8192)]
    public void Rates_fall_by_the_factor_from_layer_to_layer(string name, double factor) =>
        Assert.Equal(factor, LayerRates.FactorOf(name, 0.5, 12));
}
