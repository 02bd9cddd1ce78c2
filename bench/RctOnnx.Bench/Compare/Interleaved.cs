namespace RctOnnx.Bench.Compare;

/// <summary>Runs contestants in turn, A B C A B C, so that what the machine does meanwhile meets them all alike.</summary>
internal static class Interleaved
{
    /// <summary>Passes of each contestant, in the order of rounds.</summary>
    public static List<Pass>[] Run(IReadOnlyList<IContestant> contestants, int rounds, int count, Action<IContestant> done)
    {
        List<Pass>[] passes = [.. contestants.Select(_ => new List<Pass>())];
        for (int round = 0; round < rounds; round++)
            foreach ((int i, IContestant contestant) in contestants.Index())
            {
                passes[i].Add(contestant.Run(count));
                done(contestant);
            }
        return passes;
    }
}
