using RctOnnx.Data.Metrics;

namespace RctOnnx.Train.Reports;

/// <summary>A set of rows with any number of labels before and after training.</summary>
/// <param name="Name">Name of the set.</param>
/// <param name="Untrained">Figures before training, or null where they were not taken.</param>
/// <param name="Trained">Figures of the model that is shipped, under its thresholds.</param>
public sealed record MultiLabelComparison(string Name, MultiLabelMetrics? Untrained, MultiLabelMetrics Trained);
