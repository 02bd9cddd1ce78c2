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
    public void Plan_of_a_smaller_call_in_used_memory_is_that_of_a_new_one()
    {
        BatchPlan plan = new();
        BatchPlanner.Plan(Lengths, 256, equalOnly: true, plan);
        BatchPlanner.Plan(Lengths.AsSpan(0, 50), 64, equalOnly: true, plan);

        List<PlannedBatch> fresh = BatchPlanner.EqualLengths(Lengths.AsSpan(0, 50), 64);
        Assert.Equal(fresh.Select(batch => (batch.Length, string.Join(' ', batch.Rows))), plan.Batches.Select(batch => (batch.Length, string.Join(' ', batch.Rows))));
        Assert.Equal(Enumerable.Range(0, 50).OrderByDescending(row => Lengths[row]), plan.Batches.SelectMany(batch => batch.Rows));
    }

    [Fact]
    public void EqualLengths_no_rows_plans_nothing() => Assert.Empty(BatchPlanner.EqualLengths([], 1024));

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
