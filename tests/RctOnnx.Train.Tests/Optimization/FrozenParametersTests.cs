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

    [Theory]
    [InlineData("encoder", 12)]
    [InlineData("layers:2", 8)]
    [InlineData("second.embeddings", 2)]
    public void Both_encoders_of_pairs_are_meant_unless_one_is_named(string choice, int count) =>
        Assert.Equal(count, FrozenParameters.Of([.. Names, .. Names.Where(FrozenParameters.IsEncoder).Select(name => TensorNames.Second + name)], [choice], 12).Count);

    [Theory]
    [InlineData("embeddings.norm.bias")]
    [InlineData("encoder.layer.3.attention.query.weight")]
    [InlineData("pooler.weight")]
    public void The_second_encoder_is_as_deep_as_the_first(string name) =>
        Assert.Equal(LayerRates.FactorOf(name, 0.9, 6), LayerRates.FactorOf(TensorNames.Second + name, 0.9, 6));

    [Fact]
    public void Choices_add_up() => Assert.Equal(3, FrozenParameters.Of(Names, ["embeddings", "pooler", "pooler.weight"], 12).Count);

    [Fact]
    public void Names_are_matched_also_where_a_choice_means_none_or_all_of_them()
    {
        Assert.Empty(FrozenParameters.Matching(["head.output.weight"], ["encoder"], 12));
        Assert.Equal(["encoder.layer.0.attention.query.weight"], FrozenParameters.Matching(["encoder.layer.0.attention.query.weight", "encoder.layer.1.attention.query.weight"], ["layers:1"], 12));
        Assert.Equal(Names.Length, FrozenParameters.Matching(Names, ["encoder", "pooler", "head"], 12).Count);
    }

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
