using RctOnnx.Bench.Models;
using RctOnnx.Bench.Scaling;
using RctOnnx.Onnx;
using Xunit;

namespace RctOnnx.Bench.Tests.Scaling;

public class EncoderCostTests
{
    [Fact]
    public void A_layer_of_all_tokens_is_24_H_squared_plus_4_H_S_a_token()
    {
        EncoderConfig two = RandomBert.Create(layers: 2, width: 64).Encoder, three = two with { LayerCount = 3 };

        double layer = EncoderCost.Operations(three, 128) - EncoderCost.Operations(two, 128);

        Assert.Equal(128 * (24.0 * 64 * 64 + 4 * 64 * 128), layer);
    }

    [Fact]
    public void The_last_layer_has_keys_and_values_of_all_tokens_and_the_rest_of_one()
    {
        EncoderConfig one = RandomBert.Create(layers: 1, width: 64).Encoder;

        Assert.Equal(128 * 4.0 * 64 * 64 + 20.0 * 64 * 64 + 4 * 64 * 128, EncoderCost.Operations(one, 128));
    }
}
