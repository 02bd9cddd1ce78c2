using RctOnnx.Train.Batching;
using Xunit;

namespace RctOnnx.Train.Tests.Batching;

public sealed class TokenBatchTests
{
    [Fact]
    public void Of_rows_of_one_length_neither_mask_nor_types()
    {
        TokenStore store = new();
        store.Add([2, 9, 3], 3);
        store.Add([2, 8, 3], 3);
        TokenBatch batch = TokenBatch.Of(store, [1, 0], padId: 0);
        Assert.Equal([2, 8, 3, 2, 9, 3], batch.Ids);
        Assert.Null(batch.Mask);
        Assert.Null(batch.Types);
        Assert.False(store.HasPairs);
    }

    [Fact]
    public void Of_unequal_rows_and_a_pair_padding_mask_and_types()
    {
        TokenStore store = new();
        store.Add([2, 9, 3], 3);
        store.Add([2, 8, 3, 7, 3], 3);
        TokenBatch batch = TokenBatch.Of(store, [0, 1], padId: 5);
        Assert.Equal([2, 9, 3, 5, 5, 2, 8, 3, 7, 3], batch.Ids);
        Assert.Equal([1, 1, 1, 0, 0, 1, 1, 1, 1, 1], batch.Mask!);
        Assert.Equal([0, 0, 0, 0, 0, 0, 0, 0, 1, 1], batch.Types!);
        Assert.True(store.HasPairs);
    }

    [Fact]
    public void Add_many_rows_all_are_kept()
    {
        TokenStore store = new();
        for (int i = 1; i <= 300; i++) store.Add([.. Enumerable.Repeat(i, i)], i);
        Assert.Equal(300 * 301 / 2, store.TokenCount);
        Assert.Equal(Enumerable.Range(1, 300), store.Lengths());
        Assert.Equal(Enumerable.Repeat(217, 217), store.Ids(216));
    }

    [Fact]
    public void Add_an_empty_row_or_a_second_text_outside_is_refused()
    {
        TokenStore store = new();
        Assert.Throws<ArgumentException>(() => store.Add([], 0));
        Assert.Throws<ArgumentException>(() => store.Add([1], 2));
    }
}
