using System.Runtime.Intrinsics.X86;
using RctOnnx.Onnx;
using RctOnnx.Testing;
using RctOnnx.Train.Modules;
using TorchSharp;
using TorchSharp.Modules;
using Xunit;
using static TorchSharp.torch;

namespace RctOnnx.Train.Tests.Modules;

/// <summary>The layer written by hand against the modules under autograd, which a frozen parameter brings back.</summary>
[Collection(TorchCollection.Name)]
public class FusedLayerTests
{
    // With one parameter of a layer frozen, autograd and the modules have the layer.
    private const string Frozen = "attention.query.bias";

    // Longer than a load and no multiple of it, with padding; and short without a mask.
    public static TheoryData<Activation, int, bool> Cases => new()
    {
        { Activation.Gelu, 41, true }, { Activation.GeluTanh, 41, true }, { Activation.Relu, 7, false }, { Activation.Gelu, 32, false },
    };

    public static bool IsSupported => Avx512F.IsSupported;

    private static ClassifierModel Build(Activation activation, bool fused, Precision precision = Precision.BFloat16)
    {
        ModelArtifact artifact = RandomModels.Create(hidden: 64, heads: 2, layers: 3, activation: activation);
        ClassifierModel model = new(artifact.Encoder with { HiddenDropout = 0.2, AttentionDropout = 0.1 }, artifact.Head, artifact.Labels.Count, precision);
        model.LoadWeights(artifact.Weights);
        model.train();
        foreach ((string name, Parameter parameter) in model.Parameters())
            if (!fused && name.EndsWith(Frozen, StringComparison.Ordinal)) parameter.requires_grad = false;
        return model;
    }

    private static (Tensor Ids, Tensor? Mask) Batch(int length, bool padded)
    {
        Random random = new(3);
        Tensor ids = tensor([.. Enumerable.Range(0, 3 * length).Select(_ => (long)random.Next(5, 60))], [3, length]);
        if (!padded) return (ids, null);
        long[] mask = [.. Enumerable.Range(0, 3 * length).Select(i => i % length < length - 5 * (i / length) ? 1L : 0)];
        return (ids, tensor(mask, [3, length]));
    }

    private static Dictionary<string, float[]> Gradients(ClassifierModel model, int length, bool padded, int times = 1)
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor ids, Tensor? mask) = Batch(length, padded);
        for (int i = 0; i < times; i++)
        {
            manual_seed(9); // the same dropout in every pass
            Tensor logits = model.forward(ids, mask, null);
            nn.functional.cross_entropy(logits, tensor([0L, 2, 1]), reduction: nn.Reduction.Sum).backward();
        }
        return model.Parameters().Where(pair => pair.Value.grad is not null).ToDictionary(pair => pair.Key, pair => Floats(pair.Value.grad!));
    }

    [Theory(SkipUnless = nameof(IsSupported), Skip = "The vector code is for processors with AVX-512.")]
    [MemberData(nameof(Cases))]
    public void Gradients_are_as_near_to_those_in_fp32_as_the_modules_are(Activation activation, int length, bool padded)
    {
        using ClassifierModel byHand = Build(activation, fused: true), modules = Build(activation, fused: false), exact = Build(activation, fused: false, Precision.Fp32);
        Dictionary<string, float[]> found = Gradients(byHand, length, padded), usual = Gradients(modules, length, padded);
        Assert.Equal(byHand.Parameters().Keys.Order(), found.Keys.Order());
        foreach ((string name, float[] expected) in Gradients(exact, length, padded))
        {
            if (name.EndsWith("key.bias", StringComparison.Ordinal)) continue; // zero but for rounding: softmax does not see it
            double size = Math.Sqrt(expected.Sum(value => (double)value * value)), off = Distance(expected, found[name]) / size, allowed = Distance(expected, usual[name]) / size;
            Assert.True(off <= 1.5 * allowed + 0.03, $"{name}: off by {off:P1} of the gradient, the modules by {allowed:P1}");
            Assert.InRange(off, 0, 0.2);
        }
    }

    private static float[] Floats(Tensor gradient) => Checkpoints.Floats(gradient.is_sparse ? gradient.to_dense() : gradient);

    private static double Distance(float[] one, float[] other) => Math.Sqrt(one.Zip(other, (a, b) => ((double)a - b) * ((double)a - b)).Sum());

    [Fact(SkipUnless = nameof(IsSupported), Skip = "The vector code is for processors with AVX-512.")]
    public void Gradients_of_passes_add_up_and_repeat_bit_for_bit()
    {
        using ClassifierModel one = Build(Activation.Gelu, fused: true), other = Build(Activation.Gelu, fused: true);
        Dictionary<string, float[]> once = Gradients(one, 41, padded: true), twice = Gradients(other, 41, padded: true, times: 2);
        foreach ((string name, float[] values) in once)
        {
            // Rows of the word table are kept apart until they are used, and then added in another order.
            if (name == TensorNames.WordEmbeddings) Assert.InRange(Distance([.. values.Select(value => 2 * value)], twice[name]), 0, 1e-4);
            else Assert.Equal(values.Select(value => 2 * value), twice[name]);
        }
    }
}
