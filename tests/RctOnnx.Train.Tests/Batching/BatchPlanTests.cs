using RctOnnx.Train.Batching;
using Xunit;

namespace RctOnnx.Train.Tests.Batching;

public sealed class BatchPlanTests
{
    private static readonly int[] Lengths = [.. Enumerable.Range(0, 1003).Select(i => 3 + i * 7919 % 61)];

    [Theory]
    [InlineData(1)]
    [InlineData(32)]
    [InlineData(1003)]
    [InlineData(5000)]
    public void ForEpoch_any_batch_size_every_row_once_and_one_short_batch(int batchSize)
    {
        int[][] plan = BatchPlan.ForEpoch(Lengths, batchSize, 1, 0);
        Assert.Equal(Enumerable.Range(0, Lengths.Length), plan.SelectMany(batch => batch).Order());
        Assert.Equal((Lengths.Length + batchSize - 1) / batchSize, plan.Length);
        Assert.All(plan, batch => Assert.InRange(batch.Length, 1, batchSize));
    }

    [Fact]
    public void ForEpoch_same_seed_and_epoch_the_same_plan_others_another()
    {
        int[][] first = BatchPlan.ForEpoch(Lengths, 32, 7, 3);
        Assert.Equal(first, BatchPlan.ForEpoch(Lengths, 32, 7, 3));
        Assert.NotEqual(first, BatchPlan.ForEpoch(Lengths, 32, 7, 4));
        Assert.NotEqual(first, BatchPlan.ForEpoch(Lengths, 32, 8, 3));
    }

    [Fact]
    public void ForEpoch_on_many_threads_at_once_the_same_plan()
    {
        int[][] expected = BatchPlan.ForEpoch(Lengths, 16, 5, 1);
        int[][][] plans = new int[8][][];
        Parallel.For(0, plans.Length, i => plans[i] = BatchPlan.ForEpoch(Lengths, 16, 5, 1));
        Assert.All(plans, plan => Assert.Equal(expected, plan));
    }

    [Fact]
    public void ForEpoch_a_known_seed_the_order_that_every_machine_gives() =>
        Assert.Equal([[2, 3, 4], [7, 1, 5], [6, 0]], BatchPlan.ForEpoch([9, 3, 4, 5, 6, 3, 8, 2], 3, 42, 0));

    [Fact]
    public void ForEpoch_little_is_padded_and_batches_do_not_come_by_length()
    {
        int[][] plan = BatchPlan.ForEpoch(Lengths, 16, 1, 0);
        double padded = plan.Sum(batch => batch.Max(row => Lengths[row]) * batch.Length);
        Assert.InRange(padded / Lengths.Sum(), 1, 1.1);
        int[] widths = [.. plan.Select(batch => batch.Max(row => Lengths[row]))];
        Assert.NotEqual(widths.Order(), widths);
    }

    [Fact]
    public void ForEvaluation_a_budget_every_row_once_within_it()
    {
        int[][] plan = BatchPlan.ForEvaluation([.. Lengths, 900], 512);
        Assert.Equal(Enumerable.Range(0, Lengths.Length + 1), plan.SelectMany(batch => batch).Order());
        Assert.All(plan, batch => Assert.True(batch.Length == 1 || batch.Length * batch.Max(row => Lengths[row]) <= 512));
        Assert.Equal([Lengths.Length], plan[^1]);
    }
}
