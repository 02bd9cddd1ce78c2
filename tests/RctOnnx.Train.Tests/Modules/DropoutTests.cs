using RctOnnx.Train.Modules;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace RctOnnx.Train.Tests.Modules;

[Collection(TorchCollection.Name)]
public class DropoutTests
{
    // More than a vector's width and no multiple of it.
    private const int Length = 100_003;

    [Theory]
    [InlineData(0.1)]
    [InlineData(0.5)]
    public void Fill_drops_the_share_and_scales_the_rest_the_same_in_both_types(double share)
    {
        float[] mask = new float[Length];
        ushort[] halves = new ushort[Length];
        DropoutMask.Fill(mask, 0x1234_5678_9abc_def0, share);
        DropoutMask.FillHalves(halves, 0x1234_5678_9abc_def0, share);
        Assert.Equal(mask.Select(value => value != 0), halves.Select(value => value != 0));
        Assert.All(mask, value => Assert.True(value == 0 || value == (float)(1 / (1 - share))));
        Assert.Single(halves.Where(value => value != 0).Distinct());
        Assert.Equal(share, mask.Count(value => value == 0) / (double)Length, 0.005);
    }

    [Fact]
    public void Fill_neighbouring_elements_and_seeds_are_independent()
    {
        float[] one = new float[Length], other = new float[Length];
        DropoutMask.Fill(one, 7, 0.5);
        DropoutMask.Fill(other, 8, 0.5);
        Assert.Equal(0.5, Enumerable.Range(0, Length).Count(i => one[i] == other[i]) / (double)Length, 0.01);
        for (int lag = 1; lag <= 64; lag++)
        {
            double equal = Enumerable.Range(0, Length - lag).Count(i => one[i] == one[i + lag]) / (double)(Length - lag);
            Assert.InRange(equal, 0.49, 0.51);
            equal = Enumerable.Range(0, Length - lag).Count(i => other[i] == one[i + lag]) / (double)(Length - lag);
            Assert.InRange(equal, 0.49, 0.51);
        }
    }

    [Fact]
    public void Fill_a_shorter_mask_is_the_start_of_a_longer_one()
    {
        float[] longer = new float[Length], shorter = new float[77];
        DropoutMask.Fill(longer, 3, 0.1);
        DropoutMask.Fill(shorter, 3, 0.1);
        Assert.Equal(longer[..77], shorter);
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void Apply_repeats_with_torchs_seed_and_the_gradient_passes_where_the_value_did(ScalarType type)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor input = ones(40, 50, dtype: type, requires_grad: true);
        manual_seed(4);
        Tensor first = Dropout.Apply(input, 0.1, training: true), second = Dropout.Apply(input, 0.1, training: true);
        manual_seed(4);
        Assert.Equal(Checkpoints.Floats(first.to(ScalarType.Float32)), Checkpoints.Floats(Dropout.Apply(input, 0.1, training: true).to(ScalarType.Float32)));
        Assert.NotEqual(Checkpoints.Floats(first.to(ScalarType.Float32)), Checkpoints.Floats(second.to(ScalarType.Float32)));
        first.sum().backward();
        Assert.Equal(Checkpoints.Floats(first.detach().to(ScalarType.Float32)), Checkpoints.Floats(input.grad!.to(ScalarType.Float32)));
        Assert.Same(input, Dropout.Apply(input, 0.1, training: false));
    }
}
