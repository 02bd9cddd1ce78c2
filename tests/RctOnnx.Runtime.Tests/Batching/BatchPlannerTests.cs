using Xunit;

namespace RctOnnx.Runtime.Tests.Batching;

public class BatchPlannerTests
{
    private static readonly int[] Lengths = [.. Enumerable.Range(0, 500).Select(i => 2 + (i * 7919) % 97)];

    [Theory]
    [InlineData(1)]
    [InlineData(64)]
    [InlineData(1024)]
    public void EqualLengths_any_budget_puts_every_row_into_one_batch_of_its_own_length(int budget)
    {
        List<PlannedBatch> batches = BatchPlanner.EqualLengths(Lengths, budget);

        Assert.Equal(Enumerable.Range(0, Lengths.Length), batches.SelectMany(batch => batch.Rows).Order());
        Assert.All(batches, batch => Assert.All(batch.Rows, row => Assert.Equal(batch.Length, Lengths[row])));
        Assert.All(batches, batch => Assert.True(batch.Rows.Count == 1 || batch.Rows.Count * batch.Length <= budget));
    }

    [Fact]
    public void Padded_counts_the_padding_in_the_budget_and_sorts_by_length()
    {
        List<PlannedBatch> batches = BatchPlanner.Padded(Lengths, 256);

        Assert.Equal(Enumerable.Range(0, Lengths.Length), batches.SelectMany(batch => batch.Rows).Order());
        Assert.All(batches, batch => Assert.Equal(batch.Length, batch.Rows.Max(row => Lengths[row])));
        Assert.All(batches, batch => Assert.True(batch.Rows.Count == 1 || batch.Rows.Count * batch.Length <= 256));
        Assert.Equal(batches.Select(batch => batch.Length).OrderDescending(), batches.Select(batch => batch.Length));
    }

    [Fact]
    public void EqualLengthPlan_gives_a_full_batch_at_once_and_the_rest_the_longest_first()
    {
        EqualLengthPlan plan = new(tokenBudget: 20);
        Queue<PlannedBatch> ready = [];
        plan.Add(0, 10, ready);
        plan.Add(1, 5, ready);
        Assert.Empty(ready);
        plan.Add(2, 10, ready);
        Assert.Equal([0, 2], Assert.Single(ready).Rows);
        plan.Add(3, 30, ready);
        Assert.Equal(30, ready.Last().Length); // over the budget: a batch of its own
        plan.Add(4, 10, ready);
        plan.Finish(ready);
        Assert.Equal([10, 30, 10, 5], ready.Select(batch => batch.Length));
    }

    [Fact]
    public void Plan_of_a_smaller_call_in_used_memory_is_that_of_a_new_one()
    {
        EqualLengthPlan plan = new(64);
        _ = BatchPlanner.All(Lengths, plan);
        plan.Add(0, 3, new Queue<PlannedBatch>()); // of a call that failed
        plan.Clear();
        Assert.Equal(Shown(BatchPlanner.EqualLengths(Lengths.AsSpan(0, 50), 64)), Shown(BatchPlanner.All(Lengths.AsSpan(0, 50), plan)));
    }

    [Fact]
    public void WindowedPlan_sorts_each_window_and_gives_it_when_it_is_full()
    {
        WindowedPlan plan = new(200, lengths => BatchPlanner.Padded(lengths, 256));
        Queue<PlannedBatch> ready = [];
        for (int row = 0; row < 199; row++) plan.Add(row, Lengths[row], ready);
        Assert.Empty(ready);
        plan.Add(199, Lengths[199], ready);
        Assert.Equal(Enumerable.Range(0, 200), ready.SelectMany(batch => batch.Rows).Order());
        plan.Clear();

        List<PlannedBatch> batches = BatchPlanner.All(Lengths, plan);
        Assert.Equal(Enumerable.Range(0, Lengths.Length), batches.SelectMany(batch => batch.Rows).Order());
        Assert.All(batches, batch => Assert.Equal(batch.Length, batch.Rows.Max(row => Lengths[row])));
        Assert.All(batches, batch => Assert.Single(batch.Rows.Select(row => row / 200).Distinct()));
    }

    [Fact]
    public void EqualLengths_no_rows_plans_nothing() => Assert.Empty(BatchPlanner.EqualLengths([], 1024));

    private static IEnumerable<(int, string)> Shown(IEnumerable<PlannedBatch> batches) => batches.Select(batch => (batch.Length, string.Join(' ', batch.Rows)));

    [Theory]
    [InlineData(10, 10, 3)]
    [InlineData(11, 10, 3)]
    [InlineData(100, 10, 0)]
    [InlineData(100, 10, 9)]
    public void Starts_windows_are_full_cover_all_pieces_and_overlap_as_asked(int pieces, int width, int overlap)
    {
        List<int> starts = WindowPlanner.Starts(pieces, width, overlap);

        Assert.Equal(0, starts[0]);
        Assert.Equal(pieces, starts[^1] + width);
        for (int i = 1; i < starts.Count; i++) Assert.InRange(starts[i] - starts[i - 1], 1, width - overlap);
    }
}
