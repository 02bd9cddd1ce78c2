namespace RctOnnx.Bench.Compare;

/// <summary>One way through all texts.</summary>
/// <param name="WholeSeconds">From strings to labels; null where only the engine was measured.</param>
/// <param name="EngineSeconds">From token ids to logits.</param>
/// <param name="Labels">Index of the label of each text; empty where there are none.</param>
internal sealed record Pass(double? WholeSeconds, double EngineSeconds, IReadOnlyList<int> Labels);
