namespace RctOnnx.Onnx;

/// <summary>The one shape that a graph without dynamic dimensions takes.</summary>
/// <param name="BatchSize">Rows.</param>
/// <param name="Length">Tokens of each row, padding included.</param>
public readonly record struct StaticShape(int BatchSize, int Length);
