using Xunit;

namespace RctOnnx.Runtime.Tests.Batching;

public class TokenRowsTests
{
    [Fact]
    public void Rows_of_a_call_do_not_show_what_an_earlier_call_left()
    {
        TokenRows rows = TokenRows.Of([[1, 2, 3], [4, 5]], [[1, 1, 1], null]);
        Assert.Equal([1, 1, 1], rows.Types(0));
        Assert.Equal([0, 0], rows.Types(1));

        rows.Clear();
        rows.AddRow(rows.Write(7, [8], 9), 3);
        Assert.Equal((1, 3), (rows.Count, rows.Length(0)));
        Assert.Equal([7, 8, 9], rows.Ids(0));
        Assert.True(rows.Types(0).IsEmpty);

        rows.Clear();
        rows.AddRow(rows.Write(7, [8], 9, [10, 11]), 6);
        Assert.Equal([7, 8, 9, 10, 11, 9], rows.Ids(0));
        Assert.Equal([0, 0, 0, 1, 1, 1], rows.Types(0));
    }

    [Fact]
    public void Texts_written_by_many_threads_keep_their_tokens()
    {
        TokenRows rows = new();
        int[] starts = new int[5000];
        Parallel.For(0, starts.Length, i => starts[i] = rows.Write(1, Enumerable.Repeat(i, i % 30).ToArray(), 2));
        for (int i = 0; i < starts.Length; i++) rows.AddRow(starts[i], i % 30 + 2);

        for (int i = 0; i < starts.Length; i++)
            Assert.Equal([1, .. Enumerable.Repeat(i, i % 30), 2], rows.Ids(i));
    }

    [Fact]
    public void Named_rows_are_read_while_more_are_written()
    {
        TokenRows rows = new();
        rows.AddRow(rows.Write([1, 2, 3]), 3, [1]);
        int count = 1;
        Thread writer = new(() =>
        {
            for (int i = 0; i < 20_000; i++)
            {
                rows.AddRow(rows.Write([i, i]), 2, [0, 1]);
                Volatile.Write(ref count, i + 2);
            }
        });
        writer.Start();
        while (Volatile.Read(ref count) is var named && named <= 20_000)
        {
            int row = named - 1;
            Assert.Equal(row == 0 ? [1, 2, 3] : [row - 1, row - 1], rows.Ids(row));
            Assert.Equal(row == 0 ? [1] : [0, 1], rows.Reads(row));
        }
        writer.Join();
    }
}
