using RctOnnx.Data;
using RctOnnx.Onnx;
using RctOnnx.Train.Settings;

namespace RctOnnx.Train.Examples;

/// <summary>The labels of a task out of its settings and training rows.</summary>
internal static class TaskLabels
{
    /// <exception cref="DataException">A training row has no usable label, or there are too few labels.</exception>
    public static LabelSet Of(TrainSettings settings, IEnumerable<TextRow> train)
    {
        LabelSet labels = settings switch
        {
            { Problem: ProblemType.Regression } => new LabelSet([settings.LabelColumn]),
            { LabelColumns.Count: > 0 } => new LabelSet(settings.LabelColumns),
            { Problem: ProblemType.MultiLabel } => LabelSet.OfSets(train),
            { Problem: ProblemType.Ordinal, Labels.Count: 0 } => Ordered(train),
            _ => LabelSet.Of(train),
        };
        if (settings.Labels.Except(labels.Names).ToArray() is { Length: > 0 } missing)
            throw new DataException($"--labels names {string.Join(", ", missing)}, which no training row has; the rows have {string.Join(", ", labels.Names)} of those that were named.");
        if (settings.Problem == ProblemType.Ordinal && settings.Labels.Count > 0) labels = new LabelSet(settings.Labels);
        if (settings.Problem is ProblemType.SingleLabel or ProblemType.Ordinal && labels.Names.Count < 2)
            throw new DataException($"All training rows have the label '{labels.Names[0]}'; a classifier needs two labels at least.");
        return labels;
    }

    private static LabelSet Ordered(IEnumerable<TextRow> train)
    {
        try
        {
            return LabelSet.OfNumbers(train);
        }
        catch (DataException e)
        {
            throw new DataException($"The order of the labels is not known: {e.Message} Give the labels in their order, as in --labels poor fair good.", e);
        }
    }
}
