namespace RctOnnx.Runtime;

/// <summary>Rows that run together.</summary>
/// <param name="Rows">Their indices.</param>
/// <param name="Length">Tokens of the longest.</param>
internal readonly record struct PlannedBatch(ArraySegment<int> Rows, int Length);
