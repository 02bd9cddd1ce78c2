using RctOnnx.Train.Evaluation;

namespace RctOnnx.Train.Reports;

/// <summary>The analysis of a set as the report shows it.</summary>
/// <param name="Name">Of the set.</param>
/// <param name="Analysis">Of its answers.</param>
internal sealed record SetDetails(string Name, SetAnalysis Analysis);
