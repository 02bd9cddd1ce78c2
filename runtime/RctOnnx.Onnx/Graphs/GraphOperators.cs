namespace RctOnnx.Onnx;

/// <summary>The operators that graphs of ours hold: a file of ours with any other was not written by this product.</summary>
internal static class GraphOperators
{
    private static readonly HashSet<string> Portable =
    [
        "Abs", "Add", "Cast", "Concat", "DequantizeLinear", "Div", "Exp", "Gather", "Gelu", "Identity", "LayerNormalization", "MatMul", "Max", "Mul", "QuantizeLinear", "ReduceMax",
        "ReduceSum", "Relu", "Reshape", "Shape", "Sigmoid", "Slice", "Softmax", "Softplus", "Sub", "Tanh", "Transpose", "Unsqueeze",
    ];

    private static readonly HashSet<string> Cpu =
    [
        "Add", "Cast", "Concat", "ConstantOfShape", "Div", "Equal", "Exp", "Gather", "GatherND", "Gelu", "Gemm", "Identity", "LayerNormalization", "MatMul", "Mul", "NonZero",
        "QuantizeLinear", "ReduceMax", "Relu", "Shape", "Sigmoid", "Slice", "Softmax", "Softplus", "Squeeze", "Sub", "Tanh", "Transpose", "Unsqueeze",
    ];

    private static readonly HashSet<string> CpuContrib = ["MatMulIntegerToFloat", "MultiHeadAttention"];

    private static readonly HashSet<string> Own = ["Activation", "ActivationToUint8", "AddNorm", "AddNormToUint8", "Attention", "AttentionToUint8"];

    /// <summary>The operator sets that a graph of the dialect can import, with their versions; it needs the first.</summary>
    public static IReadOnlyList<(string Domain, long Version)> Sets(GraphDialect dialect) =>
    [
        ("", GraphBuilder.Opset),
        .. dialect == GraphDialect.Portable ? Array.Empty<(string, long)>() : [(GraphBuilder.ContribDomain, 1)],
        .. EncoderGraph.HasOwnOperators(dialect) ? [(GraphBuilder.OwnDomain, 1)] : Array.Empty<(string, long)>(),
    ];

    /// <summary>Whether a graph of the dialect can hold the operator; the contrib domain is <see cref="GraphBuilder.ContribDomain"/>.</summary>
    public static bool Allows(GraphDialect dialect, string domain, string operation) => dialect == GraphDialect.Portable
        ? domain.Length == 0 && Portable.Contains(operation)
        : domain switch
        {
            "" => Cpu.Contains(operation),
            GraphBuilder.ContribDomain => CpuContrib.Contains(operation),
            GraphBuilder.OwnDomain => EncoderGraph.HasOwnOperators(dialect) && Own.Contains(operation),
            _ => false,
        };
}
