namespace RctOnnx.Bench.Compare;

/// <summary>What is compared.</summary>
internal sealed record CompareSettings
{
    /// <summary>The model in fp32.</summary>
    public required string Fp32 { get; init; }

    /// <summary>The same model in int8.</summary>
    public required string Int8 { get; init; }

    /// <summary>A data file; its first distinct texts are taken.</summary>
    public required string Texts { get; init; }

    /// <summary>How many texts.</summary>
    public required int Count { get; init; }

    /// <summary>How often each contestant runs.</summary>
    public required int Rounds { get; init; }

    /// <summary>How often each contestant classifies a single text; 0 for not at all.</summary>
    public required int Singles { get; init; }

    /// <summary>The folder of the peers' graphs.</summary>
    public required string Graphs { get; init; }
}
