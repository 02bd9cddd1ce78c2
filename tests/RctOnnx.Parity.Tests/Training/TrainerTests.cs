using System.Runtime.InteropServices;
using RctOnnx.CommandLine;
using RctOnnx.Testing;
using RctOnnx.Train.Checkpointing;
using RctOnnx.Train.Settings;
using RctOnnx.Train.Training;
using Xunit;

namespace RctOnnx.Parity.Tests.Training;

[Collection(TorchCollection.Name)]
public sealed class TrainerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static LoopSettings Settings => new() { Epochs = 3, Batch = 2, LearningRate = 0.1, Seed = 1, Hash = "settings", EvaluateEvery = 2 };

    private RunState Run(LoopSettings settings, ScriptedTask task)
    {
        using Trainer trainer = new(settings, task, new RunFolder(_folder.Path), null);
        trainer.Start(CancellationToken.None);
        trainer.Run(new NoProgress(), CancellationToken.None);
        return trainer.State;
    }

    [Fact]
    public void The_best_evaluation_is_kept_and_ties_do_not_replace_it()
    {
        ScriptedTask task = new([0.1, 0.5, 0.5, 0.2, 0.3, 0.4, 0.1, 0.0]);
        RunState state = Run(Settings, task);
        Assert.Equal((15, 4, 0.5), (state.Step, state.BestStep, state.BestMetric!.Value));
        Assert.Equal(8, task.AtEvaluation.Count); // after 2, 4, … 14 and at the end
        Assert.Equal(task.AtEvaluation[1], CheckpointFile.Read(_folder.File("best")).Weights["weight"].ToFloats()[0]);
        Assert.Equal(15, CheckpointFile.Read(_folder.File("last")).State.Step);
    }

    [Fact]
    public void Patience_counts_evaluations_without_a_better_one_then_stops()
    {
        RunState state = Run(Settings with { Patience = 2 }, new([0.1, 0.5, 0.4, 0.3, 0.9, 1, 1, 1]));
        Assert.Equal((8, 4, 2), (state.Step, state.BestStep, state.EvaluationsSinceBest));
    }

    [Fact]
    public void Where_lower_is_better_the_smallest_is_kept() =>
        Assert.Equal(6, Run(Settings with { LowerIsBetter = true }, new([3, 2, 1, 2, 3, 4, 5, 6])).BestStep);

    [Fact]
    public void A_figure_that_is_not_defined_is_no_better_than_any_other_and_does_not_break_the_run()
    {
        RunState state = Run(Settings, new([double.NaN, 0.1, double.NaN, 0.3, double.NaN, 0.2, 0.1, 0]));
        Assert.Equal((8L, 0.3), (state.BestStep, state.BestMetric!.Value));
    }

    [Fact]
    public void Where_no_figure_is_ever_defined_the_first_weights_are_the_best_and_patience_ends_the_run()
    {
        ScriptedTask task = new([.. Enumerable.Repeat(double.NaN, 8)]);
        RunState state = Run(Settings with { Patience = 2 }, task);
        Assert.Equal((6L, 2L, null), (state.Step, state.BestStep, state.BestMetric));
        Assert.Equal(task.AtEvaluation[0], CheckpointFile.Read(_folder.File("best")).Weights["weight"].ToFloats()[0]);
    }

    [Fact]
    public void Without_steps_between_evaluations_every_epoch_is_evaluated()
    {
        ScriptedTask task = new([1, 2, 3]);
        Assert.Equal(15, Run(Settings with { EvaluateEvery = null }, task).BestStep);
        Assert.Equal(3, task.AtEvaluation.Count);
    }

    [Fact]
    public void Batches_and_their_order_are_the_same_with_any_number_of_threads_and_other_ones_in_every_epoch()
    {
        int[][][] batches = [.. new[] { 1, 2, 5 }.Select(threads =>
        {
            using TorchThreads used = TorchThreads.Use(threads);
            ScriptedTask task = new([]);
            Run(Settings with { EvaluateEvery = 100 }, task);
            return task.Batches.ToArray();
        })];
        Assert.Equal(batches[0], batches[1]);
        Assert.Equal(batches[0], batches[2]);
        Assert.All(batches[0].Chunk(5), epoch => Assert.Equal(Enumerable.Range(0, 10), epoch.SelectMany(rows => rows).Order()));
        Assert.NotEqual(batches[0][..5], batches[0][5..10]);
    }

    [Fact]
    public void Steps_take_the_place_of_epochs() => Assert.Equal((7L, 1), (Run(Settings with { Steps = 7 }, new([])).Step, Run(Settings with { Steps = 7 }, new([])).Epoch));

    [Fact]
    public void A_loss_that_is_no_number_ends_the_run_with_a_next_step()
    {
        GateException failure = Assert.Throws<GateException>(() => Run(Settings, new([], double.NaN)));
        Assert.Contains("--learning-rate", failure.Message);
        Assert.Matches(@"At step 1 the loss is NaN: .* in the batch of row \d+(, row \d+)+\. .* no checkpoint was due before", failure.Message);
    }

    [Fact]
    public void A_loss_that_becomes_no_number_leaves_the_checkpoint_before_which_can_be_gone_on_from()
    {
        LoopSettings settings = Settings with { EvaluateEvery = null, CheckpointEvery = 3 };
        ScriptedTask task = new([], lossOf: batch => batch == 7 ? double.NaN : 1);
        GateException failure = Assert.Throws<GateException>(() => Run(settings, task));
        Assert.Matches(@"At step 8 the loss is NaN: .* the last checkpoint in '.*last' is from before", failure.Message);
        RunCheckpoint kept = CheckpointFile.Read(_folder.File("last"));
        Assert.Equal((6L, true), (kept.State.Step, float.IsFinite(kept.Weights["weight"].ToFloats()[0])));
        using Trainer resumed = new(settings, new ScriptedTask([]), new RunFolder(_folder.Path), kept);
        resumed.Start(CancellationToken.None);
        resumed.Run(new NoProgress(), CancellationToken.None);
        Assert.Equal(15, resumed.State.Step);
    }

    [Fact]
    public void Weights_that_an_update_has_ruined_do_not_take_the_place_of_a_good_checkpoint()
    {
        ScriptedTask task = new([], ruinedAfter: 4);
        GateException failure = Assert.Throws<GateException>(() => Run(Settings with { EvaluateEvery = null, CheckpointEvery = 2 }, task));
        Assert.Matches(@"After step 4 'weight' holds a value that is no finite number: .* is from before", failure.Message);
        Assert.Equal(2, CheckpointFile.Read(_folder.File("last")).State.Step);
    }

    [Theory]
    [InlineData("[enforce fail at alloc_cpu.cpp:119] err == 0. DefaultCPUAllocator: can't allocate memory: you tried to allocate 4294967296 bytes.")]
    [InlineData("CUDA out of memory. Tried to allocate 2.00 GiB.")]
    public void Memory_that_runs_out_names_the_settings_to_lower(string fault)
    {
        SettingsException failure = Assert.Throws<SettingsException>(() => Run(Settings, new([], fault: new ExternalException(fault))));
        Assert.Matches(@"at step 1, in a batch of \d+ rows of up to 3 tokens. Lower --batch or --max-length", failure.Message);
        Assert.Contains("--gradient-checkpointing", Assert.Throws<SettingsException>(() => MemoryFaults.Named(new TrainSettings().Loop, Failing)).Message);
        Assert.Contains("--batch", Assert.Throws<SettingsException>(() => MemoryFaults.Named<int>(Settings, () => throw new OutOfMemoryException())).Message);
        Assert.Throws<ExternalException>(() => Run(Settings, new([], fault: new ExternalException("something else"))));

        int Failing() => throw new ExternalException(fault);
    }

    private sealed class NoProgress : IWorkProgress
    {
        public void Advance(long count)
        {
        }

        public void Describe(string text)
        {
        }
    }
}
