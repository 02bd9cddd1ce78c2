using RctOnnx.Bench.Compare;
using Xunit;

namespace RctOnnx.Bench.Tests.Compare;

public class InterleavedTests
{
    [Fact]
    public void Contestants_run_in_turn_and_their_passes_stay_apart()
    {
        List<string> order = [];
        FakeContestant[] contestants = [new("a", 1, order), new("b", 2, order)];

        List<Pass>[] passes = Interleaved.Run(contestants, rounds: 3, count: 10, _ => { });

        Assert.Equal(["a", "b", "a", "b", "a", "b"], order);
        Assert.Equal([1, 1, 1], passes[0].Select(pass => pass.EngineSeconds));
        Assert.Equal([2, 2, 2], passes[1].Select(pass => pass.EngineSeconds));
    }

    private sealed class FakeContestant(string name, double seconds, List<string> order) : IContestant
    {
        public string Name => name;

        public Precision Precision => Precision.Fp32;

        public string Settings => "";

        public ContestantRole Role => ContestantRole.Peer;

        public Pass Run(int count)
        {
            order.Add(name);
            return new Pass(count, seconds, seconds, []);
        }

        public void Dispose()
        {
        }
    }
}
