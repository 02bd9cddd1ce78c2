namespace RctOnnx.Bench.Training;

/// <summary>What a contestant did in one round.</summary>
internal sealed record RoundResult
{
    /// <summary>Median seconds of a step, or of one pass over the products.</summary>
    public required double Seconds { get; init; }

    /// <summary>Rows a second over the round.</summary>
    public double SentencesPerSecond { get; init; }

    /// <summary>Tokens a second over the round, padding not counted.</summary>
    public double TokensPerSecond { get; init; }

    /// <summary>10^9 floating-point operations a second over the round (<see cref="StepCost"/>; of the products themselves).</summary>
    public double GigaflopsPerSecond { get; init; }

    /// <summary>Share of the positions of the round that were padding.</summary>
    public double Padding { get; init; }

    /// <summary>Highest resident memory of the process so far, in bytes.</summary>
    public long PeakMemory { get; init; }

    /// <summary>Rates by name: what the products of each shape reach, in 10^9 operations a second.</summary>
    public IReadOnlyDictionary<string, double> Rates { get; init; } = new Dictionary<string, double>();
}
