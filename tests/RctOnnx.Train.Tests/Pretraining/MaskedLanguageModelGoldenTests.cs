using System.Text.Json;
using RctOnnx.Onnx;
using RctOnnx.Onnx.HuggingFace;
using RctOnnx.Testing;
using RctOnnx.Train.Modules;
using RctOnnx.Train.Optimization;
using RctOnnx.Train.Pretraining;
using RctOnnx.Train.Schedules;
using RctOnnx.Train.Tests.Modules;
using RctOnnx.Weights;
using RctOnnx.Weights.HuggingFace;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace RctOnnx.Train.Tests.Pretraining;

[Trait("Category", "Golden")]
[Collection(TorchCollection.Name)]
public class MaskedLanguageModelGoldenTests
{
    private const string Head = "masked_lm";
    private const double Tolerance = 1e-4;

    [Fact]
    public void Logits_at_masked_places_and_the_loss_are_those_of_the_reference()
    {
        string[] checkpoints = [.. Directory.GetDirectories(SharedFolders.Golden("checkpoints")).Where(folder => Directory.Exists(Path.Combine(folder, Head))).Select(folder => Path.GetFileName(folder)).Order()];
        Assert.NotEmpty(checkpoints);
        foreach (string checkpoint in checkpoints)
        {
            using DisposeScope scope = NewDisposeScope();
            using IDisposable noGradient = no_grad();
            JsonElement expected = GoldenTensor.Parse(SharedFolders.Golden("expected", checkpoint, Head + ".json"));
            using MaskedLanguageModel model = Load(SharedFolders.Golden("checkpoints", checkpoint, Head));
            model.Train(false);
            (Tensor ids, Tensor mask, Tensor types) = Checkpoints.Input(expected.GetProperty("input"));
            (long[] positions, long[] labels) = Targets(expected.GetProperty("labels"));
            Tensor logits = model.Logits(ids, mask, types, tensor(positions));
            GoldenTensor.AssertClose(GoldenTensor.Floats(expected.GetProperty("logits_at_masked")), Checkpoints.Floats(logits), Tolerance, checkpoint);
            Assert.Equal(expected.GetProperty("loss").GetDouble(), model.LossSum(ids, mask, types, tensor(positions), tensor(labels)).item<float>() / labels.Length, Tolerance);
        }
    }

    [Fact]
    public void Training_follows_every_reference_trajectory()
    {
        string[] cases = [.. Directory.GetDirectories(SharedFolders.Golden("training")).Where(IsMaskedLm).Order()];
        Assert.NotEmpty(cases);
        foreach (string folder in cases) Follow(folder);
    }

    private static bool IsMaskedLm(string folder) =>
        HuggingFaceConfig.Read(Path.Combine(folder, "start")).ArchitectureName!.EndsWith("ForMaskedLM", StringComparison.Ordinal);

    private static void Follow(string folder)
    {
        using DisposeScope all = NewDisposeScope();
        JsonElement trajectory = GoldenTensor.Parse(Path.Combine(folder, "trajectory.json")), settings = trajectory.GetProperty("settings"), betas = settings.GetProperty("betas");
        using MaskedLanguageModel model = Load(Path.Combine(folder, "start"));
        model.Train(true);
        using AdamOptimizer optimizer = new(ParameterGroups.Of(model.Parameters(), settings.GetProperty("weight_decay").GetDouble()), new AdamOptions
        {
            DecoupledDecay = settings.GetProperty("optimizer").GetString() == "adamw",
            Beta1 = betas[0].GetDouble(),
            Beta2 = betas[1].GetDouble(),
            Epsilon = settings.GetProperty("eps").GetDouble(),
        });
        LearningRateSchedule schedule = new()
        {
            Kind = Enum.Parse<ScheduleKind>(settings.GetProperty("schedule").GetString()!, ignoreCase: true),
            Peak = settings.GetProperty("learning_rate").GetDouble(),
            WarmupStepCount = settings.GetProperty("warmup_steps").GetInt32(),
            TotalStepCount = settings.GetProperty("steps").GetInt32(),
        };
        double maximum = settings.GetProperty("max_grad_norm").GetDouble();
        int step = 0, maskId = Array.IndexOf(File.ReadAllLines(Path.Combine(folder, "start", "vocab.txt")), new TokenizerSettings { LowerCase = true }.MaskToken);
        foreach (JsonElement expected in trajectory.GetProperty("steps").EnumerateArray())
        {
            using DisposeScope scope = NewDisposeScope();
            JsonElement batch = Assert.Single(expected.GetProperty("micro_batches").EnumerateArray());
            (Tensor ids, Tensor mask, Tensor types) = Checkpoints.Input(batch);
            (long[] positions, long[] labels) = Targets(batch.GetProperty("labels"));
            // The file has the ids from before the masking, which put the mask token at every asked place.
            ids.view(-1).index_fill_(0, tensor(positions), maskId);
            optimizer.ZeroGradients();
            Tensor loss = model.LossSum(ids, mask, types, tensor(positions), tensor(labels)) / labels.Length;
            loss.backward();
            double rate = schedule.At(step), norm = optimizer.GradientNorm();
            AssertRelative(expected.GetProperty("loss").GetDouble(), loss.item<float>(), 1e-4, $"step {step} loss");
            AssertRelative(expected.GetProperty("grad_norm_before_clip").GetDouble(), norm, 1e-3, $"step {step} gradient norm");
            Assert.Equal(expected.GetProperty("lr").GetDouble(), rate, 1e-9);
            optimizer.Step(rate, GradientClip.Scale(norm, maximum));
            step++;
        }

        model.Train(false);
        using IDisposable noGradient = no_grad();
        JsonElement probe = trajectory.GetProperty("probe");
        (Tensor probeIds, Tensor probeMask, Tensor probeTypes) = Checkpoints.Input(probe.GetProperty("input"));
        Tensor firsts = arange(probeIds.shape[0], ScalarType.Int64) * probeIds.shape[1];
        Tensor found = model.Logits(probeIds, probeMask, probeTypes, firsts);
        GoldenTensor.AssertClose(GoldenTensor.Floats(probe.GetProperty("logits_at_position_0")), Checkpoints.Floats(found), 1e-3, "probe");
    }

    private static MaskedLanguageModel Load(string folder)
    {
        HuggingFaceConfig config = HuggingFaceConfig.Read(folder);
        IReadOnlyDictionary<string, TensorData> tensors = CheckpointFolder.ReadTensors(folder);
        // The reference trajectories have no dropout; in evaluation it makes no difference.
        MaskedLanguageModel model = new(config.Encoder with { HiddenDropout = 0, AttentionDropout = 0 }, Pooling.Cls, Precision.Fp32);
        HeadConfig bare = new() { Kind = HeadKind.None, Pooling = Pooling.Cls };
        IReadOnlyDictionary<string, TensorData> encoder = HuggingFaceNames.Import(config.Encoder, bare, 0, tensors).Weights;
        model.LoadWeights(encoder.Concat(MaskedHeadWeights.Import(config.Encoder, tensors)!).ToDictionary(pair => pair.Key, pair => pair.Value));
        return model;
    }

    // The reference marks what is not asked for by -100.
    private static (long[] Positions, long[] Labels) Targets(JsonElement rows)
    {
        int[] flat = [.. GoldenTensor.Rows(rows).SelectMany(row => row)];
        int[] positions = [.. Enumerable.Range(0, flat.Length).Where(i => flat[i] >= 0)];
        return ([.. positions.Select(i => (long)i)], [.. positions.Select(i => (long)flat[i])]);
    }

    private static void AssertRelative(double expected, double actual, double tolerance, string what) =>
        Assert.True(Math.Abs(expected - actual) <= tolerance * Math.Abs(expected), $"{what}: expected {expected}, found {actual}");
}
