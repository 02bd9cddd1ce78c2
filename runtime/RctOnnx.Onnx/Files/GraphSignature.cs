namespace RctOnnx.Onnx;

/// <summary>An input or output of a graph.</summary>
/// <param name="Name">Its name.</param>
/// <param name="ElementType">ONNX element type, such as <c>Int64</c> or <c>Float</c>.</param>
/// <param name="Dimensions">Each a number, a name, or "?" where nothing is said.</param>
public sealed record GraphValue(string Name, string ElementType, IReadOnlyList<string> Dimensions);

/// <summary>What goes into a graph and what comes out.</summary>
/// <param name="Inputs">In the order of the file, weights left out.</param>
/// <param name="Outputs">In the order of the file.</param>
public sealed record GraphSignature(IReadOnlyList<GraphValue> Inputs, IReadOnlyList<GraphValue> Outputs);
