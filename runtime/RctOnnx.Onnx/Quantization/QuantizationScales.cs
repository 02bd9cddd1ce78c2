namespace RctOnnx.Onnx;

/// <summary>Scales of an int8 matrix: value = whole number × scale; symmetric, the zero point is 0.</summary>
/// <param name="Axis">0 for a scale a row (tables), 1 for one a column (linear layers).</param>
/// <param name="Values">The scales, positive.</param>
public sealed record QuantizationScales(int Axis, IReadOnlyList<float> Values);
