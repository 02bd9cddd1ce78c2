namespace RctOnnx.Onnx;

/// <summary>The operators that graphs of ours hold: a file of ours with any other was not written by this product.</summary>
internal static class GraphOperators
{
    private static readonly HashSet<string> Portable =
    [
        "Add", "Cast", "DequantizeLinear", "Div", "Gather", "Gelu", "Identity", "LayerNormalization", "MatMul", "Max", "Mul", "QuantizeLinear", "ReduceMax",
        "ReduceSum", "Relu", "Reshape", "Shape", "Sigmoid", "Slice", "Softmax", "Sub", "Tanh", "Transpose", "Unsqueeze",
    ];

    private static readonly HashSet<string> Cpu =
    [
        "Add", "Cast", "ConstantOfShape", "Div", "Gather", "Gelu", "Identity", "LayerNormalization", "MatMul", "Mul", "QuantizeLinear", "ReduceMax",
        "Relu", "Shape", "Sigmoid", "Slice", "Softmax", "Squeeze", "Tanh", "Unsqueeze",
    ];

    private static readonly HashSet<string> CpuContrib = ["MatMulIntegerToFloat", "MultiHeadAttention"];

    /// <summary>Whether a graph of the dialect can hold the operator; the contrib domain is <see cref="GraphBuilder.ContribDomain"/>.</summary>
    public static bool Allows(GraphDialect dialect, string domain, string operation) => dialect == GraphDialect.Portable
        ? domain.Length == 0 && Portable.Contains(operation)
        : domain.Length == 0 ? Cpu.Contains(operation) : domain == GraphBuilder.ContribDomain && CpuContrib.Contains(operation);
}
