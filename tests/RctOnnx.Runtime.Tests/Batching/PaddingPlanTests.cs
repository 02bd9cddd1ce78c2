using RctOnnx.Onnx;
using Xunit;

namespace RctOnnx.Runtime.Tests.Batching;

public class PaddingPlanTests
{
    private static readonly int[] Lengths = [.. Enumerable.Range(0, 500).Select(i => 2 + (i * 7919) % 97)];

    public static TheoryData<string> Names => ["free", "recorded", "fixed"];

    private static PaddingPlan Of(string name) => name switch
    {
        "free" => PaddingPlan.Free(1000),
        "recorded" => PaddingPlan.Recorded(100, 1000),
        _ => PaddingPlan.Fixed(100, 8),
    };

    [Theory]
    [MemberData(nameof(Names))]
    public void Plan_puts_every_row_into_one_batch_whose_shape_holds_it(string name)
    {
        PaddingPlan plan = Of(name);

        List<PlannedBatch> batches = plan.Plan(Lengths);

        Assert.Equal(Enumerable.Range(0, Lengths.Length), batches.SelectMany(batch => batch.Rows).Order());
        Assert.All(batches, batch => Assert.All(batch.Rows, row => Assert.True(Lengths[row] <= batch.Length)));
        Assert.Equal(batches.Select(batch => batch.Length).OrderDescending(), batches.Select(batch => batch.Length));
        foreach (PlannedBatch batch in batches)
        {
            StaticShape shape = plan.ShapeOf(batch.Rows.Count, batch.Length);
            Assert.Equal(batch.Length, shape.Length);
            Assert.True(shape.BatchSize >= batch.Rows.Count);
            Assert.True(name == "fixed" || shape.BatchSize == 1 || shape.BatchSize * shape.Length <= 1000, $"{shape} is over the budget");
        }
        Assert.Empty(plan.Plan([]));
    }

    [Theory]
    [InlineData("recorded", 30)]
    [InlineData("fixed", 3)]
    public void Plan_of_any_rows_has_few_shapes(string name, int most)
    {
        PaddingPlan plan = Of(name);
        HashSet<StaticShape> shapes = [];
        for (int count = 1; count <= Lengths.Length; count += 7)
            foreach (PlannedBatch batch in plan.Plan(Lengths[..count])) shapes.Add(plan.ShapeOf(batch.Rows.Count, batch.Length));
        Assert.InRange(shapes.Count, 1, most);
    }

    [Theory]
    [InlineData(512, new[] { 32, 64, 128, 256, 512 })]
    [InlineData(128, new[] { 32, 64, 128 })]
    [InlineData(100, new[] { 32, 64, 100 })]
    [InlineData(20, new[] { 20 })]
    public void Fixed_lengths_are_powers_of_two_up_to_the_limit(int limit, int[] expected) => Assert.Equal(expected, PaddingPlan.Fixed(limit, 4).Lengths);

    [Fact]
    public void Fixed_batches_have_all_rows_of_the_shape_whatever_they_hold()
    {
        PaddingPlan plan = PaddingPlan.Fixed(64, 4);

        Assert.Equal([(1, 64), (4, 32), (2, 32)], plan.Plan([3, 40, 5, 6, 7, 8, 9]).Select(batch => (batch.Rows.Count, batch.Length)));
        Assert.Equal(new StaticShape(4, 64), plan.ShapeOf(1, 64));
        Assert.Throws<ArgumentOutOfRangeException>(() => plan.Plan([65]));
    }

    [Fact]
    public void Recorded_row_counts_are_powers_of_two()
    {
        PaddingPlan plan = PaddingPlan.Recorded(512, 1024);

        Assert.Equal(new StaticShape(8, 96), plan.ShapeOf(5, 96));
        Assert.All(plan.Plan([.. Enumerable.Repeat(90, 50)]).SkipLast(1), batch => Assert.Equal((8, 96), (batch.Rows.Count, batch.Length)));
    }
}
