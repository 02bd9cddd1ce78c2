using RctOnnx.Train.MultiTask;
using Xunit;

namespace RctOnnx.Train.Tests.MultiTask;

public sealed class TaskBatchesTests
{
    private static readonly IReadOnlyList<int>[] Lengths = [[.. Enumerable.Range(5, 100)], [.. Enumerable.Range(5, 25)], [.. Enumerable.Range(5, 4)]];

    [Fact]
    public void Size_takes_every_row_of_every_task_once_an_epoch()
    {
        TaskBatches batches = new(Lengths, TaskSampling.Size, 2);
        Assert.Equal([25, 7, 1], batches.Counts(4));
        for (int epoch = 0; epoch < 3; epoch++)
            for (int task = 0; task < 3; task++)
                Assert.Equal(Enumerable.Range(0, Lengths[task].Count), batches.ForEpoch(4, 1, epoch).Where(batch => batch.Task == task).SelectMany(batch => batch.Rows).Order());
    }

    [Theory]
    [InlineData(1, new[] { 26, 6, 1 })] // 33 x 100/129, 25/129, 4/129
    [InlineData(2, new[] { 19, 10, 4 })] // by the roots 10, 5 and 2
    [InlineData(1000, new[] { 11, 11, 11 })]
    public void Temperature_evens_out_the_shares(double temperature, int[] counts)
    {
        TaskBatches batches = new(Lengths, TaskSampling.Temperature, temperature);
        Assert.Equal(counts, batches.Counts(4));
        Assert.Equal(counts, batches.ForEpoch(4, 1, 0).CountBy(batch => batch.Task).OrderBy(pair => pair.Key).Select(pair => pair.Value));
    }

    [Fact]
    public void Turn_gives_one_batch_of_each_task_after_the_other()
    {
        TaskBatches batches = new(Lengths, TaskSampling.Turn, 2);
        Assert.Equal([11, 11, 11], batches.Counts(4));
        Assert.Equal(Enumerable.Range(0, 33).Select(i => i % 3), batches.ForEpoch(4, 1, 0).Select(batch => batch.Task));
    }

    [Theory]
    [InlineData(TaskSampling.Temperature)]
    [InlineData(TaskSampling.Turn)]
    public void A_task_goes_through_all_its_rows_before_it_begins_again_over_the_ends_of_epochs(TaskSampling sampling)
    {
        TaskBatches batches = new(Lengths, sampling, 2);
        for (int task = 0; task < 3; task++)
        {
            int own = (Lengths[task].Count + 3) / 4;
            int[][] stream = [.. Enumerable.Range(0, 8).SelectMany(epoch => batches.ForEpoch(4, 1, epoch)).Where(batch => batch.Task == task).Select(batch => batch.Rows)];
            for (int pass = 0; (pass + 1) * own <= stream.Length; pass++)
                Assert.Equal(Enumerable.Range(0, Lengths[task].Count), stream.Skip(pass * own).Take(own).SelectMany(rows => rows).Order());
        }
    }

    [Fact]
    public void The_order_follows_from_seed_and_epoch_alone()
    {
        string Text(long seed, int epoch) => string.Join(';', new TaskBatches(Lengths, TaskSampling.Temperature, 2).ForEpoch(4, seed, epoch).Select(batch => $"{batch.Task}:{string.Join(',', batch.Rows)}"));
        Assert.Equal(Text(1, 3), Text(1, 3));
        Assert.NotEqual(Text(1, 3), Text(1, 4));
        Assert.NotEqual(Text(1, 3), Text(2, 3));
    }
}
