using RctOnnx.Data.Metrics;

namespace RctOnnx.Train.Reports;

/// <summary>A set of classified rows before and after training.</summary>
/// <param name="Name">Name of the set.</param>
/// <param name="Untrained">Figures before training, or null where they were not taken.</param>
/// <param name="Trained">Figures of the model that is shipped.</param>
public sealed record SetComparison(string Name, ClassificationMetrics? Untrained, ClassificationMetrics Trained);
