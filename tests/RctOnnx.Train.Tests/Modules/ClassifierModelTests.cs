using RctOnnx.Onnx;
using RctOnnx.Testing;
using RctOnnx.Train.Losses;
using RctOnnx.Train.Modules;
using RctOnnx.Train.Optimization;
using RctOnnx.Train.Pretraining;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace RctOnnx.Train.Tests.Modules;

[Collection(TorchCollection.Name)]
public class ClassifierModelTests
{
    private static readonly long[] Row = [2, 9, 14, 33, 60, 21, 3];

    private static ClassifierModel Build(ModelArtifact artifact, Precision precision = Precision.Fp32)
    {
        ClassifierModel model = new(artifact.Encoder, artifact.Head, artifact.Labels.Count, precision);
        model.LoadWeights(artifact.Weights);
        return model;
    }

    private static Tensor Batch() => tensor([.. Row, .. Row.Reverse()], [2, Row.Length]);

    [Fact]
    public void Weights_come_back_bit_for_bit()
    {
        foreach (ModelArtifact artifact in (ModelArtifact[])[RandomModels.Create(pooling: Pooling.Pooler),
            RandomModels.Create(Architecture.Electra, head: HeadKind.Electra, embedding: 12), RandomModels.Create(head: HeadKind.None)])
        {
            using ClassifierModel model = Build(artifact);
            IReadOnlyDictionary<string, TensorData> back = model.ReadWeights();
            Assert.Equal(artifact.Weights.Keys.Order(), back.Keys.Order());
            Assert.All(artifact.Weights, pair => Assert.True(pair.Value.Bytes.Span.SequenceEqual(back[pair.Key].Bytes.Span), pair.Key));
        }
    }

    [Fact]
    public void Layers_compute_with_the_parameters_of_the_device_they_were_moved_to()
    {
        using LinearLayer linear = new(4, 3, Precision.Fp32);
        using NormLayer norm = new(4, 1e-5);
        using MaskedHead head = new(RandomModels.Create().Encoder, Precision.Fp32);
        linear.to(META); // shapes without numbers: a device that every machine has
        norm.to(META);
        head.to(META);
        Assert.All([linear.Weight, linear.Bias, norm.Weight, norm.Bias, .. head.Parameters().Select(pair => pair.Value)],
            parameter => Assert.Equal(DeviceType.META, parameter.device_type));
    }

    [Fact]
    public void LoadWeights_refuses_a_gap_a_shape_and_a_stranger_together()
    {
        ModelArtifact artifact = RandomModels.Create();
        Dictionary<string, TensorData> weights = new(artifact.Weights) { ["stranger"] = TensorData.FromFloats([1], 1), [TensorNames.Bias(TensorNames.HeadOutput)] = TensorData.FromFloats([1], 1) };
        weights.Remove(TensorNames.WordEmbeddings);
        string message = Assert.Throws<ModelFileException>(() => Build(artifact with { Weights = weights })).Message;
        Assert.Contains("'stranger' has no place", message);
        Assert.Contains($"'{TensorNames.WordEmbeddings}' is missing", message);
        Assert.Contains("expected [3]", message);
    }

    [Fact]
    public void Initialize_repeats_with_the_seed_and_has_the_initial_range()
    {
        ModelArtifact artifact = RandomModels.Create(hidden: 48);
        using ClassifierModel one = Build(artifact), two = Build(artifact);
        one.Initialize(7);
        two.Initialize(7);
        IReadOnlyDictionary<string, TensorData> first = one.ReadWeights(), second = two.ReadWeights();
        Assert.All(first, pair => Assert.Equal(pair.Value.ToFloats(), second[pair.Key].ToFloats()));
        float[] query = first["encoder.layer.0.attention.query.weight"].ToFloats();
        Assert.Equal(artifact.Encoder.InitializerRange, Math.Sqrt(query.Average(value => (double)value * value)), 0.1 * artifact.Encoder.InitializerRange);
        Assert.All(first["embeddings.norm.weight"].ToFloats(), value => Assert.Equal(1, value));
        two.Initialize(8);
        Assert.NotEqual(query, two.ReadWeights()["encoder.layer.0.attention.query.weight"].ToFloats());
    }

    [Theory]
    [InlineData(Pooling.Cls)]
    [InlineData(Pooling.Pooler)]
    [InlineData(Pooling.Mean)]
    [InlineData(Pooling.Max)]
    public void Padding_behind_a_mask_changes_nothing(Pooling pooling)
    {
        using DisposeScope scope = NewDisposeScope();
        using ClassifierModel model = Build(RandomModels.Create(pooling: pooling));
        model.eval();
        float[] alone = Checkpoints.Floats(model.forward(tensor(Row, [1, Row.Length]), null, null));
        Tensor padded = tensor([.. Row, 0, 0, 0], [1, Row.Length + 3]), mask = tensor([.. Row.Select(_ => 1L), 0, 0, 0], [1, Row.Length + 3]);
        GoldenTensor.AssertClose(alone, Checkpoints.Floats(model.forward(padded, mask, zeros_like(padded))), 1e-5, pooling.ToString());
    }

    [Theory]
    [InlineData(Precision.Fp32)]
    [InlineData(Precision.BFloat16)]
    public void The_first_token_alone_equals_the_first_token_of_all(Precision precision)
    {
        using DisposeScope scope = NewDisposeScope();
        using ClassifierModel model = Build(RandomModels.Create(head: HeadKind.None, pooling: Pooling.Cls), precision);
        model.eval();
        float[] all = Checkpoints.Floats(model.LastStates(Batch()).select(1, 0));
        GoldenTensor.AssertClose(all, Checkpoints.Floats(model.forward(Batch(), null, null)), precision == Precision.Fp32 ? 1e-5 : 5e-2, "first token");
    }

    [Fact]
    public void Evaluation_is_bit_equal_and_dropout_acts_in_training_only()
    {
        using DisposeScope scope = NewDisposeScope();
        using ClassifierModel model = Build(RandomModels.Create());
        model.eval();
        float[] evaluation = Checkpoints.Floats(model.forward(Batch(), null, null));
        Assert.Equal(evaluation, Checkpoints.Floats(model.forward(Batch(), null, null)));
        model.train();
        float[] first = Seeded(3);
        Assert.NotEqual(evaluation, first);
        Assert.NotEqual(first, Seeded(4));
        Assert.Equal(first, Seeded(3));

        float[] Seeded(long seed)
        {
            manual_seed(seed);
            return Checkpoints.Floats(model.forward(Batch(), null, null));
        }
    }

    [Theory]
    [InlineData(Precision.Fp32)]
    [InlineData(Precision.BFloat16)]
    public void Training_lowers_the_loss_and_the_number_of_live_tensors_is_flat(Precision precision)
    {
        ModelArtifact artifact = RandomModels.Create();
        using ClassifierModel model = Build(artifact with { Encoder = artifact.Encoder with { HiddenDropout = 0.05 } }, precision);
        using AdamOptimizer optimizer = new(ParameterGroups.Of(model.Parameters(), 0.01));
        TaskLoss loss = new(ProblemType.SingleLabel, artifact.Labels.Count);
        TaskTargets targets = TaskTargets.OfClasses(0, 2);
        manual_seed(1);
        model.eval();
        double before = Loss();
        model.train();
        Train(20);
        GC.Collect(); // what earlier tests left to the collector shall not be taken for ours
        GC.WaitForPendingFinalizers();
        long tensors = Tensor.TotalCount;
        Train(200);
        Assert.Equal(tensors, Tensor.TotalCount);
        model.eval();
        double after = Loss();
        for (int i = 0; i < 50; i++) Loss();
        Assert.Equal(tensors, Tensor.TotalCount);
        Assert.True(after < before / 2, $"loss before {before}, after {after}");
        Assert.All(model.parameters(), parameter => Assert.Equal(ScalarType.Float32, parameter.dtype));

        double Loss()
        {
            using DisposeScope scope = NewDisposeScope();
            using IDisposable noGradient = no_grad();
            return loss.Sum(model.forward(Batch(), null, null), targets).item<float>() / loss.WeightOf(targets);
        }

        void Train(int stepCount)
        {
            for (int i = 0; i < stepCount; i++)
            {
                using DisposeScope scope = NewDisposeScope();
                optimizer.ZeroGradients();
                (loss.Sum(model.forward(Batch(), null, null), targets) / loss.WeightOf(targets)).backward();
                optimizer.Step(1e-3, GradientClip.Scale(optimizer.GradientNorm(), 1));
            }
            optimizer.ZeroGradients();
        }
    }

    [Fact]
    public void A_tiny_update_survives_bf16_because_parameters_are_fp32()
    {
        using DisposeScope scope = NewDisposeScope();
        ModelArtifact artifact = RandomModels.Create();
        using ClassifierModel model = Build(artifact, Precision.BFloat16);
        using AdamOptimizer optimizer = new(ParameterGroups.Of(model.Parameters(), 0));
        TaskLoss loss = new(ProblemType.SingleLabel, artifact.Labels.Count);
        float[] before = artifact.Weights["encoder.layer.0.feed_forward.output.weight"].ToFloats();
        loss.Sum(model.forward(Batch(), null, null), TaskTargets.OfClasses(0, 2)).backward();
        optimizer.Step(1e-6);
        float[] after = model.ReadWeights()["encoder.layer.0.feed_forward.output.weight"].ToFloats();
        // Adam's first step is the learning rate itself wherever there is a gradient, and bf16's step at 0.1 is 500 times as large.
        double[] moved = [.. before.Zip(after, (a, b) => Math.Abs((double)a - b))];
        Assert.InRange(moved.Average(), 0.8e-6, 1.1e-6);
    }
}
