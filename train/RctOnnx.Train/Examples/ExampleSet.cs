using RctOnnx.Onnx;
using RctOnnx.Train.Batching;
using RctOnnx.Train.Losses;

namespace RctOnnx.Train.Examples;

/// <summary>A data set as tokens and targets.</summary>
internal sealed record ExampleSet
{
    /// <summary>For people: the file's name.</summary>
    public required string Name { get; init; }

    /// <summary>Token ids of every row.</summary>
    public required TokenStore Tokens { get; init; }

    /// <summary>What the labels mean.</summary>
    public required ProblemType Problem { get; init; }

    /// <summary>Labels of the task; values a row where rows have no one class.</summary>
    public required int LabelCount { get; init; }

    /// <summary>Class index of every row; empty where rows have no one class.</summary>
    public required IReadOnlyList<int> Classes { get; init; }

    /// <summary>Values (regression) or 0/1 memberships (several labels), [rows, labels]; empty where rows have one class.</summary>
    public required IReadOnlyList<float> Values { get; init; }

    /// <summary>The texts themselves; empty for training rows, which nobody asks for again.</summary>
    public required IReadOnlyList<LabelledText> Texts { get; init; }

    /// <summary>Rows that were cut at the limit.</summary>
    public required long TruncatedCount { get; init; }

    /// <summary>SHA-256 over tokens and targets, in order.</summary>
    public required string Hash { get; init; }

    /// <summary>The targets of some rows.</summary>
    /// <param name="rows">Their indices.</param>
    /// <param name="scale">Scales values; null leaves them in the unit of the data.</param>
    public TaskTargets Targets(IReadOnlyList<int> rows, ValueScale? scale = null)
    {
        if (Values.Count == 0) return TaskTargets.OfClasses([.. rows.Select(row => (long)Classes[row])]);
        IEnumerable<float> values = rows.SelectMany(row => Enumerable.Range(row * LabelCount, LabelCount)).Select(i => Values[i]);
        return TaskTargets.OfValues(scale is null ? [.. values] : scale.Scale(values), LabelCount);
    }
}
