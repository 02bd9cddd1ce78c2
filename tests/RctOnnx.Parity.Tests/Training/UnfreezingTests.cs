using RctOnnx.Onnx;
using RctOnnx.Train.Bases;
using RctOnnx.Train.Modules;
using RctOnnx.Train.Schedules;
using RctOnnx.Train.Settings;
using RctOnnx.Train.Training;
using Xunit;

namespace RctOnnx.Parity.Tests.Training;

/// <summary>Gradual unfreezing in the loop. The encoder of the task has two layers.</summary>
[Collection(TorchCollection.Name)]
public sealed class UnfreezingTests : IDisposable
{
    private const string Upper = "encoder.layer.1.attention.query.weight", Lower = "encoder.layer.0.feed_forward.output.bias", Head = "head.output.weight";
    private readonly SmallTask _task = new();

    public void Dispose() => _task.Dispose();

    [Theory]
    [InlineData(3, false, false, false)]
    [InlineData(4, true, false, false)]
    [InlineData(7, true, true, false)]
    [InlineData(10, true, true, true)]
    public void Every_so_many_steps_the_next_lower_layer_begins_to_learn(int steps, bool upper, bool lower, bool embeddings) =>
        AssertMoved(Settings(steps) with { UnfreezeEvery = 3 }, upper, lower, embeddings);

    [Theory]
    [InlineData(2, true, false, false)]
    [InlineData(3, true, true, false)]
    [InlineData(5, true, true, true)]
    public void What_freeze_leaves_learns_from_the_start_and_the_rest_in_turn(int steps, bool upper, bool lower, bool embeddings) =>
        AssertMoved(Settings(steps) with { UnfreezeEvery = 2, Freeze = ["layers:1"] }, upper, lower, embeddings);

    [Theory]
    [InlineData(Precision.Fp32)]
    [InlineData(Precision.BFloat16)]
    public void A_stop_at_any_stage_changes_no_bit(Precision precision)
    {
        TrainSettings settings = Settings(24) with { UnfreezeEvery = 5, LayerDecay = 0.8, Ema = 0.9, Precision = precision };
        IReadOnlyDictionary<string, TensorData> whole = StoppedRun.Train(settings with { Output = _task.File("whole") }, null).Weights;
        TrainSettings parts = settings with { Output = _task.File("parts") };
        foreach (int steps in (int[])[3, 4, 6]) Assert.Throws<OperationCanceledException>(() => StoppedRun.Train(parts, steps * settings.Batch)); // after 3, 7 and 13
        foreach ((string name, TensorData weight) in StoppedRun.Train(parts, null).Weights) Assert.True(weight.Bytes.Span.SequenceEqual(whole[name].Bytes.Span), name);
    }

    [Fact]
    public void A_layer_that_comes_later_moves_by_its_rate()
    {
        TrainSettings settings = Settings(4) with { UnfreezeEvery = 3 };
        float[] start = Start(settings)[Upper].ToFloats();
        double Moved(double decay) => StoppedRun.Train(settings with { LayerDecay = decay, WeightDecay = 0, Output = _task.File($"decay-{decay}") }, null).Weights[Upper].ToFloats().Zip(start, (x, y) => Math.Abs(x - y)).Max();
        Assert.Equal(settings.LearningRate, Moved(1), settings.LearningRate / 100); // one step of Adam from new moments
        Assert.Equal(0.5, Moved(0.5) / Moved(1), 1e-2);
    }

    [Fact]
    public void A_run_says_when_it_unfreezes_and_is_refused_where_it_ends_before()
    {
        List<string> said = [];
        TrainSettings settings = Settings(8) with { UnfreezeEvery = 3, Freeze = ["encoder"] };
        TrainingOutcome outcome = TrainingRun.Execute(settings, resume: false, said.Add, CancellationToken.None);
        Assert.Contains(said, line => line.StartsWith("Unfreezing from the top: the first of 3 parts after 3 steps", StringComparison.Ordinal) && line.Contains("1 of them stay frozen, as the run has 8 steps", StringComparison.Ordinal));
        Assert.DoesNotContain(said, line => line.Contains("computed once", StringComparison.Ordinal));
        Assert.Equal(new RuntimeAgreement(20, 20), outcome.Runtime);
        SettingsException refused = Assert.Throws<SettingsException>(() => TrainingRun.Execute(settings with { Steps = 3, Output = _task.File("short") }, resume: false, _ => { }, CancellationToken.None));
        Assert.Contains("--unfreeze-every is 3, but the run has 3 steps", refused.Message);
        Assert.Contains("unfreeze-every is 0", Assert.Throws<SettingsException>(() => (settings with { UnfreezeEvery = 0 }).Validate()).Message);
    }

    private TrainSettings Settings(int steps) => _task.Settings() with { Steps = steps, WarmupSteps = 0, Schedule = ScheduleKind.Constant, Head = HeadChoice.Mean };

    private static IReadOnlyDictionary<string, TensorData> Start(TrainSettings settings) => TrainingBase.Load(settings, ["patients", "results", "were"]).Artifact.Weights;

    private static void AssertMoved(TrainSettings settings, bool upper, bool lower, bool embeddings)
    {
        IReadOnlyDictionary<string, TensorData> start = Start(settings), trained = StoppedRun.Train(settings, null).Weights;
        bool IsMoved(string name) => !trained[name].Bytes.Span.SequenceEqual(start[name].Bytes.Span);
        Assert.Equal((true, upper, lower, embeddings, embeddings), (IsMoved(Head), IsMoved(Upper), IsMoved(Lower), IsMoved(TensorNames.WordEmbeddings), IsMoved(TensorNames.PositionEmbeddings)));
    }
}
