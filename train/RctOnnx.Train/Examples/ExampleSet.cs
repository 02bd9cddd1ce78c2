using RctOnnx.Train.Batching;
using RctOnnx.Train.Losses;

namespace RctOnnx.Train.Examples;

/// <summary>A data set as tokens and classes.</summary>
internal sealed record ExampleSet
{
    /// <summary>For people: the file's name.</summary>
    public required string Name { get; init; }

    /// <summary>Token ids of every row.</summary>
    public required TokenStore Tokens { get; init; }

    /// <summary>Class index of every row.</summary>
    public required IReadOnlyList<int> Classes { get; init; }

    /// <summary>The texts themselves; empty for training rows, which nobody asks for again.</summary>
    public required IReadOnlyList<LabelledText> Texts { get; init; }

    /// <summary>Rows that were cut at the limit.</summary>
    public required long TruncatedCount { get; init; }

    /// <summary>SHA-256 over tokens and classes, in order.</summary>
    public required string Hash { get; init; }

    /// <summary>The classes of some rows.</summary>
    public TaskTargets Targets(IReadOnlyList<int> rows) => TaskTargets.OfClasses([.. rows.Select(row => (long)Classes[row])]);
}
