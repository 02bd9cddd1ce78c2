namespace RctOnnx.Onnx;

/// <summary>What a compiled file says of its graph: it is emitted already, and the weights are folded into it.</summary>
/// <param name="Dialect">The form of the graph.</param>
/// <param name="SourceSha256">SHA-256 of the file that it was compiled from, which has the weights by name.</param>
/// <param name="OnnxRuntimeVersion">The version that ran the dialect when the file was compiled. The graph is not tied to it: it is optimised at load.</param>
public sealed record CompiledGraph(GraphDialect Dialect, string SourceSha256, string OnnxRuntimeVersion);
