using RctOnnx.Onnx;
using RctOnnx.Testing;
using RctOnnx.Train.Modules;
using RctOnnx.Train.Training;
using TorchSharp;
using TorchSharp.Modules;
using Xunit;
using static TorchSharp.torch;

namespace RctOnnx.Train.Tests.Modules;

/// <summary>Gradient checkpointing: the same bits, less memory. bf16 has the layer written by hand where the processor has AVX-512.</summary>
[Collection(TorchCollection.Name)]
public class RecomputedLayerTests
{
    public static TheoryData<Precision, Pooling, string> Cases => new()
    {
        { Precision.Fp32, Pooling.Cls, "" },
        { Precision.Fp32, Pooling.Mean, "" },
        { Precision.Fp32, Pooling.Mean, "embeddings" },
        { Precision.Fp32, Pooling.Max, "encoder.layer.1" },
        { Precision.BFloat16, Pooling.Cls, "" },
        { Precision.BFloat16, Pooling.Mean, "" },
        { Precision.BFloat16, Pooling.Mean, "embeddings" }, // the lowest layer by modules, the others by hand
        { Precision.BFloat16, Pooling.Pooler, "encoder.layer.1.attention.query.bias" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Losses_gradients_and_the_numbers_drawn_next_are_the_same_bits(Precision precision, Pooling pooling, string frozen)
    {
        Assert.Equal(Trained(precision, pooling, frozen, recompute: false), Trained(precision, pooling, frozen, recompute: true));
    }

    [Theory]
    [InlineData(Precision.Fp32)]
    [InlineData(Precision.BFloat16)]
    public void States_that_the_loss_looks_at_have_the_same_gradients_too(Precision precision)
    {
        Assert.Equal(Trained(precision, Pooling.Cls, "", recompute: false, looksAtStates: true), Trained(precision, Pooling.Cls, "", recompute: true, looksAtStates: true));
    }

    [Theory]
    [InlineData(Precision.Fp32)]
    [InlineData(Precision.BFloat16)]
    public void Less_than_half_of_the_memory_waits_for_the_backward_pass(Precision precision)
    {
        Kept(precision, recompute: false); // libraries and their buffers
        long all = Kept(precision, recompute: false), inputs = Kept(precision, recompute: true);
        Assert.True(inputs < all / 2, $"{inputs >> 20} MB with, {all >> 20} MB without");
    }

    [Fact]
    public void Evaluation_runs_no_layer_twice_and_gives_the_same_answer()
    {
        using DisposeScope scope = NewDisposeScope();
        using ClassifierModel model = Model(Precision.Fp32, Pooling.Mean, layers: 2);
        model.eval();
        Tensor ids = Ids(2, 9), before = model.forward(ids, null, null);
        model.RecomputeLayers(true);
        Assert.Equal(Checkpoints.Floats(before), Checkpoints.Floats(model.forward(ids, null, null)));
    }

    private static SortedDictionary<string, string> Trained(Precision precision, Pooling pooling, string frozen, bool recompute, bool looksAtStates = false)
    {
        using DisposeScope scope = NewDisposeScope();
        using ClassifierModel model = Model(precision, pooling, layers: 3);
        model.RecomputeLayers(recompute);
        foreach ((string name, Parameter parameter) in model.Parameters()) parameter.requires_grad = frozen.Length == 0 || !name.StartsWith(frozen, StringComparison.Ordinal);
        manual_seed(9);
        Tensor ids = Ids(3, 41);
        Tensor mask = tensor([.. Enumerable.Range(0, 3 * 41).Select(i => i % 41 < 41 - 5 * (i / 41) ? 1L : 0)], [3, 41]);
        SortedDictionary<string, string> found = new(StringComparer.Ordinal);
        for (int pass = 0; pass < 2; pass++) // gradients of two batches, as accumulated ones
        {
            IReadOnlyList<Tensor>? states = looksAtStates ? model.HiddenStates(ids, mask) : null;
            Tensor logits = states is null ? model.forward(ids, mask, null) : model.LogitsOfStates(states, mask);
            Tensor loss = nn.functional.cross_entropy(logits, tensor([0L, 2, 1]), reduction: nn.Reduction.Sum);
            if (states is not null) loss = states.Skip(1).Aggregate(loss, (sum, one) => sum + one.square().mean());
            loss.backward();
            found[$"loss {pass}"] = BitConverter.SingleToInt32Bits(loss.item<float>()).ToString("x8", null);
        }
        foreach ((string name, Parameter parameter) in model.Parameters())
            found[name] = parameter.grad is { } gradient ? Convert.ToHexString((gradient.is_sparse ? gradient.to_dense() : gradient).contiguous().bytes) : "none";
        found["random"] = Convert.ToHexString(torch.random.get_rng_state().bytes);
        return found;
    }

    // Of the process, in bytes, between forward and backward.
    private static long Kept(Precision precision, bool recompute)
    {
        using DisposeScope scope = NewDisposeScope();
        using ClassifierModel model = Model(precision, Pooling.Mean, layers: 6);
        model.RecomputeLayers(recompute);
        Tensor ids = Ids(256, 64);
        NativeHeap.GiveBack();
        long before = Environment.WorkingSet;
        Tensor loss;
        using (DisposeScope inner = NewDisposeScope()) loss = model.forward(ids, null, null).sum().MoveToOuterDisposeScope();
        NativeHeap.GiveBack();
        long kept = Environment.WorkingSet - before;
        loss.backward();
        return kept;
    }

    private static Tensor Ids(int rows, int length)
    {
        Random random = new(3);
        return tensor([.. Enumerable.Range(0, rows * length).Select(_ => (long)random.Next(5, 60))], [rows, length]);
    }

    private static ClassifierModel Model(Precision precision, Pooling pooling, int layers)
    {
        ModelArtifact artifact = RandomModels.Create(hidden: 64, heads: 2, layers: layers, pooling: pooling);
        ClassifierModel model = new(artifact.Encoder with { HiddenDropout = 0.2, AttentionDropout = 0.1 }, artifact.Head, artifact.Labels.Count, precision);
        model.LoadWeights(artifact.Weights);
        model.train();
        return model;
    }
}
