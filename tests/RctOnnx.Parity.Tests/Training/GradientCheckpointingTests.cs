using RctOnnx.Onnx;
using RctOnnx.Testing;
using RctOnnx.Train.Modules;
using RctOnnx.Train.Settings;
using RctOnnx.Train.Training;
using Xunit;

namespace RctOnnx.Parity.Tests.Training;

/// <summary>Layers that are computed twice: whole trajectories, with everything else that decides about layers.</summary>
[Collection(TorchCollection.Name)]
public sealed class GradientCheckpointingTests : IDisposable
{
    private readonly SmallTask _task = new();

    public void Dispose() => _task.Dispose();

    [Theory]
    [InlineData(Precision.Fp32, HeadChoice.Mean)]
    [InlineData(Precision.Fp32, HeadChoice.Linear)]
    [InlineData(Precision.BFloat16, HeadChoice.Mean)]
    [InlineData(Precision.BFloat16, HeadChoice.Linear)]
    public void A_run_takes_the_very_steps_of_one_without(Precision precision, HeadChoice head) => AssertSame(Settings() with { Precision = precision, Head = head });

    [Theory]
    [InlineData(Precision.Fp32)]
    [InlineData(Precision.BFloat16)]
    public void So_does_one_that_unfreezes_layers_and_follows_a_teacher(Precision precision)
    {
        string teacher = _task.File("teacher.onnx");
        ModelFile.Write(teacher, RandomModels.Create(seed: 7));
        AssertSame(Settings() with { Precision = precision, UnfreezeEvery = 4, Teacher = teacher, TeacherHiddenWeight = 1 });
    }

    [Fact]
    public void A_run_may_go_on_with_it_where_memory_ran_out_without()
    {
        TrainSettings without = Settings(), parts = without with { Output = _task.File("parts") };
        IReadOnlyDictionary<string, TensorData> whole = StoppedRun.Train(without, null).Weights;
        Assert.Throws<OperationCanceledException>(() => StoppedRun.Train(parts, stopAfterRows: 50));
        AssertEqual(whole, StoppedRun.Train(parts with { GradientCheckpointing = true }, null).Weights);
    }

    // Widths that the layer written by hand can have.
    private TrainSettings Settings()
    {
        ModelFile.Write(_task.Base, RandomModels.Create(head: HeadKind.None, pooling: Pooling.Mean, hidden: 64, heads: 2, layers: 3));
        return _task.Settings() with { Steps = 18, Accumulation = 2 };
    }

    private void AssertSame(TrainSettings settings)
    {
        IReadOnlyDictionary<string, TensorData> without = StoppedRun.Train(settings, null).Weights;
        TrainSettings recomputed = settings with { GradientCheckpointing = true, Output = _task.File("recomputed") };
        AssertEqual(without, StoppedRun.Train(recomputed, null).Weights);
        Assert.Equal(Losses(settings), Losses(recomputed));
    }

    private static string[] Losses(TrainSettings settings) =>
        [.. File.ReadLines(new RunFolder(settings.Output).Log).Select(line => System.Text.Json.JsonDocument.Parse(line).RootElement).Select(line => $"{line.GetProperty("kind")} {line.GetProperty("step")} {line.GetProperty("loss")}")];

    private static void AssertEqual(IReadOnlyDictionary<string, TensorData> expected, IReadOnlyDictionary<string, TensorData> found)
    {
        foreach ((string name, TensorData weight) in expected) Assert.True(weight.Bytes.Span.SequenceEqual(found[name].Bytes.Span), name);
    }
}
