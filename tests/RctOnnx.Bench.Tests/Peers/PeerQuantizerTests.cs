using RctOnnx.Bench.Peers;
using Xunit;

namespace RctOnnx.Bench.Tests.Peers;

public class PeerQuantizerTests
{
    [Fact]
    public void A_table_is_rounded_to_half_a_step_and_zero_stays_zero()
    {
        float[] values = [-1f, -0.3f, 0f, 0.2f, 2f];

        (byte[] rounded, float scale, byte zeroPoint) = PeerQuantizer.Table(values);

        Assert.Equal(3f / 255, scale, 1e-6f);
        Assert.Equal(zeroPoint, rounded[2]);
        for (int i = 0; i < values.Length; i++) Assert.Equal(values[i], (rounded[i] - zeroPoint) * scale, scale / 2 + 1e-6f);
    }

    [Fact]
    public void Positive_values_have_zero_at_the_bottom() => Assert.Equal(0, PeerQuantizer.Table([0.5f, 1f]).ZeroPoint);

    [Fact]
    public void Each_column_of_a_matrix_has_its_own_scale()
    {
        float[] matrix = [1f, 100f, -2f, 50f]; // [2, 2]

        (sbyte[] rounded, float[] scales) = PeerQuantizer.Columns(matrix, 2);

        Assert.Equal([64, 127, -127, 64], rounded.Select(value => (int)value));
        Assert.Equal(2f / 127, scales[0], 1e-6f);
        Assert.Equal(100f / 127, scales[1], 1e-5f);
    }
}
