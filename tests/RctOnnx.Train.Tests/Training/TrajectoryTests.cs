using System.Text.Json;
using RctOnnx.Onnx.HuggingFace;
using RctOnnx.Testing;
using RctOnnx.Train.Losses;
using RctOnnx.Train.Modules;
using RctOnnx.Train.Optimization;
using RctOnnx.Train.Schedules;
using RctOnnx.Train.Tests.Modules;
using TorchSharp;
using TorchSharp.Modules;
using Xunit;
using static TorchSharp.torch;

namespace RctOnnx.Train.Tests.Training;

[Trait("Category", "Golden")]
[Collection(TorchCollection.Name)]
public class TrajectoryTests
{
    [Fact]
    public void Training_follows_every_reference_trajectory()
    {
        string[] cases = [.. Directory.GetDirectories(SharedFolders.Golden("training")).Where(folder => !IsMaskedLm(folder)).Order()];
        Assert.NotEmpty(cases);
        foreach (string folder in cases) Follow(folder);
    }

    private static bool IsMaskedLm(string folder) =>
        HuggingFaceConfig.Read(Path.Combine(folder, "start")).ArchitectureName!.EndsWith("ForMaskedLM", StringComparison.Ordinal);

    private static void Follow(string folder)
    {
        using DisposeScope all = NewDisposeScope();
        string name = Path.GetFileName(folder);
        JsonElement trajectory = GoldenTensor.Parse(Path.Combine(folder, "trajectory.json")), settings = trajectory.GetProperty("settings");
        string start = Path.Combine(folder, "start");
        using ClassifierModel model = Checkpoints.Load(start);
        model.train();
        Freeze(model, settings.GetProperty("frozen_prefix").GetString());
        TaskLoss loss = new(HuggingFaceConfig.Read(start).ProblemType, model.LabelCount, ReadLoss(settings.GetProperty("loss")));
        JsonElement betas = settings.GetProperty("betas");
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
        double? maximum = settings.GetProperty("max_grad_norm").ValueKind == JsonValueKind.Null ? null : settings.GetProperty("max_grad_norm").GetDouble();

        int step = 0;
        foreach (JsonElement expected in trajectory.GetProperty("steps").EnumerateArray())
        {
            JsonElement[] micro = [.. expected.GetProperty("micro_batches").EnumerateArray()];
            TaskTargets[] targets = [.. micro.Select(one => ClassifierModelGoldenTests.ReadTargets(one.GetProperty("labels"), loss.ProblemType, model.LabelCount))];
            double weight = targets.Sum(loss.WeightOf), sum = 0;
            optimizer.ZeroGradients();
            for (int i = 0; i < micro.Length; i++)
            {
                using DisposeScope scope = NewDisposeScope();
                (Tensor ids, Tensor mask, Tensor types) = Checkpoints.Input(micro[i]);
                Tensor part = loss.Sum(model.forward(ids, mask, types), targets[i]) / weight;
                part.backward();
                sum += part.item<float>();
            }
            double rate = schedule.At(step), norm = optimizer.GradientNorm();
            AssertRelative(expected.GetProperty("loss").GetDouble(), sum, 1e-4, $"{name} step {step} loss");
            AssertRelative(expected.GetProperty("grad_norm_before_clip").GetDouble(), norm, 1e-3, $"{name} step {step} gradient norm");
            Assert.Equal(expected.GetProperty("lr").GetDouble(), rate, 1e-9);
            optimizer.Step(rate, GradientClip.Scale(norm, maximum));
            step++;
        }

        model.eval();
        using IDisposable noGradient = no_grad();
        JsonElement probe = trajectory.GetProperty("probe");
        (Tensor probeIds, Tensor probeMask, Tensor probeTypes) = Checkpoints.Input(probe.GetProperty("input"));
        GoldenTensor.AssertClose(GoldenTensor.Floats(probe.GetProperty("logits")), Checkpoints.Floats(model.forward(probeIds, probeMask, probeTypes)), 1e-3, name + " probe");
    }

    // The reference freezes by the prefix of its own names: the encoder and the pooler, all but the head.
    private static void Freeze(ClassifierModel model, string? prefix)
    {
        if (prefix is null) return;
        foreach ((string name, Parameter parameter) in model.Parameters())
            if (!name.StartsWith("head.", StringComparison.Ordinal)) parameter.requires_grad = false;
    }

    private static TaskLossOptions ReadLoss(JsonElement loss) => new()
    {
        LabelSmoothing = loss.TryGetProperty("label_smoothing", out JsonElement smoothing) ? smoothing.GetDouble() : 0,
        ClassWeights = loss.TryGetProperty("class_weights", out JsonElement weights) ? [.. weights.EnumerateArray().Select(weight => weight.GetSingle())] : null,
    };

    private static void AssertRelative(double expected, double actual, double tolerance, string what) =>
        Assert.True(Math.Abs(expected - actual) <= tolerance * Math.Abs(expected), $"{what}: expected {expected}, found {actual}");
}
