using RctOnnx.Onnx;
using RctOnnx.Train.Bases;
using RctOnnx.Train.Examples;

namespace RctOnnx.Train.Training;

/// <summary>What a head starts from that the base and the seed do not say: the unit of the values, the frequencies of ordered labels.</summary>
internal static class HeadStart
{
    // No label starts as impossible, not even one without a training row.
    private const double LeastCount = 0.5;

    /// <summary>The weights to load. A new ordinal head starts from thresholds at which a score of 0 gives every label its share of the training rows.</summary>
    public static IReadOnlyDictionary<string, TensorData> Weights(TrainingBase start, ExampleSet train, ValueScale? scale)
    {
        IReadOnlyDictionary<string, TensorData> weights = start.Artifact.Weights;
        if (start.KeepsHead) return scale is null ? weights : scale.Unfold(weights);
        if (!start.Artifact.Head.IsCumulative) return weights;
        return new Dictionary<string, TensorData>(weights)
        {
            [TensorNames.HeadThresholds] = TensorData.FromFloats(OrderedThresholds.Store(Thresholds(train.Classes, train.LabelCount)), train.LabelCount - 1),
        };
    }

    /// <summary>log(share at or below / share above) for every label but the last.</summary>
    internal static double[] Thresholds(IReadOnlyList<int> classes, int labelCount)
    {
        double[] counts = [.. Enumerable.Repeat(LeastCount, labelCount)];
        foreach (int index in classes) counts[index]++;
        double total = counts.Sum(), below = 0;
        return [.. counts.SkipLast(1).Select(count => Math.Log((below += count) / (total - below)))];
    }
}
