using RctOnnx.Train.Kernels;
using Xunit;

namespace RctOnnx.Train.Tests.Kernels;

[Collection(TorchCollection.Name)]
public class TeamTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(1000)]
    public void Run_does_every_part_once(int partCount)
    {
        int[] done = new int[partCount];
        Team.Run(partCount, part => Interlocked.Increment(ref done[part]));
        Assert.All(done, count => Assert.Equal(1, count));
    }

    [Theory]
    [InlineData(5)]
    [InlineData(16)]
    [InlineData(1157)]
    public void ForRows_does_every_row_once(int rowCount)
    {
        int[] done = new int[rowCount];
        Team.ForRows(rowCount, 16, (_, first, end) =>
        {
            for (int row = first; row < end; row++) Interlocked.Increment(ref done[row]);
        });
        Assert.All(done, count => Assert.Equal(1, count));
    }

    [Fact]
    public void Run_hands_on_what_a_part_threw_and_works_again_after_it()
    {
        InvalidOperationException thrown = Assert.Throws<InvalidOperationException>(() => Team.Run(4, part =>
        {
            if (part == 3) throw new InvalidOperationException("part 3");
        }));
        Assert.Equal("part 3", thrown.Message);
        Run_does_every_part_once(7);
    }
}
