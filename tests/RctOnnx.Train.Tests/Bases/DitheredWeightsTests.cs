using System.Runtime.InteropServices;
using RctOnnx.Onnx;
using RctOnnx.Testing;
using RctOnnx.Train.Bases;
using Xunit;

namespace RctOnnx.Train.Tests.Bases;

public class DitheredWeightsTests
{
    private const string Moved = "encoder.layer.0.feed_forward.intermediate.weight", Frozen = "encoder.layer.1.attention.query.weight";

    private static readonly HashSet<string> None = [];

    private static ModelArtifact Int8 { get; } = Quantized(RandomModels.Create(hidden: 48));

    private static ModelArtifact Quantized(ModelArtifact model) => ModelQuantizer.Quantize(model, new Dictionary<string, InputQuantization>());

    // Mean change of the int8 values of a layer when every weight is moved by a share of its step and rounded again.
    private static double MeanChange(ModelArtifact start, double share)
    {
        TensorData weight = start.Weights[Moved];
        IReadOnlyList<float> steps = Int8.Weights[Moved].Scales!.Values;
        int columns = (int)weight.Shape[1];
        float[] values = [.. weight.ToFloats().Select((value, i) => value + (float)share * steps[i % columns])];
        TensorData rounded = Quantized(start with { Weights = new Dictionary<string, TensorData>(start.Weights) { [Moved] = TensorData.FromFloats(values, [.. weight.Shape]) } }).Weights[Moved];
        return Whole(rounded).Zip(Whole(Int8.Weights[Moved]), (after, before) => (double)after - before).Average();
    }

    private static sbyte[] Whole(TensorData tensor) => MemoryMarshal.Cast<byte, sbyte>(tensor.Bytes.Span).ToArray();

    [Fact]
    public void A_move_of_a_tenth_of_a_step_survives_rounding_only_from_dithered_weights()
    {
        Assert.Equal(0, MeanChange(ModelQuantizer.Dequantize(Int8), 0.1));
        Assert.InRange(MeanChange(DitheredWeights.Of(Int8, None, seed: 1), 0.1), 0.07, 0.13);
        Assert.InRange(MeanChange(DitheredWeights.Of(Int8, None, seed: 1), 0), -0.03, 0.03);
    }

    [Fact]
    public void Every_weight_stays_within_half_a_step_and_frozen_ones_stay_as_they_are()
    {
        ModelArtifact plain = ModelQuantizer.Dequantize(Int8), drawn = DitheredWeights.Of(Int8, new HashSet<string> { Frozen }, seed: 1);
        Assert.Equal(plain.Weights[Frozen].ToFloats(), drawn.Weights[Frozen].ToFloats());
        Assert.Equal(plain.Weights[TensorNames.WordEmbeddings].ToFloats(), drawn.Weights[TensorNames.WordEmbeddings].ToFloats());
        IReadOnlyList<float> steps = Int8.Weights[Moved].Scales!.Values;
        float[] before = plain.Weights[Moved].ToFloats(), after = drawn.Weights[Moved].ToFloats();
        Assert.NotEqual(before, after);
        for (int i = 0; i < before.Length; i++) Assert.InRange(Math.Abs(after[i] - before[i]), 0, 0.5001f * steps[i % steps.Count]);
    }

    [Fact]
    public void The_seed_alone_decides_and_a_model_in_floating_point_is_left_as_it_is()
    {
        float[] Weights(long seed) => DitheredWeights.Of(Int8, None, seed).Weights[Moved].ToFloats();
        Assert.Equal(Weights(1), Weights(1));
        Assert.NotEqual(Weights(1), Weights(2));
        ModelArtifact plain = RandomModels.Create();
        Assert.Same(plain, DitheredWeights.Of(plain, None, seed: 1));
    }
}
