using Google.Protobuf;
using RctOnnx.Onnx.Protobuf;

namespace RctOnnx.Onnx;

/// <summary>Emits the graph of a model in a dialect.</summary>
public static class EncoderGraph
{
    /// <summary>
    /// The serialised ONNX model, without metadata. Inputs: portable <c>input_ids</c>, <c>attention_mask</c>,
    /// <c>token_type_ids</c> (int64, [batch, sequence]); CPU <c>input_ids</c> and, with <paramref name="pairs"/>,
    /// <c>token_type_ids</c> (int32). Outputs: <c>logits</c> [batch, labels] and, except for regression, <c>probabilities</c>;
    /// without a head <c>features</c> [batch, hidden].
    /// </summary>
    /// <exception cref="ModelFileException">A weight is missing or has another shape than the configuration says.</exception>
    public static byte[] Emit(ModelArtifact artifact, GraphDialect dialect, bool pairs = false) =>
        Build(artifact, dialect, pairs).ToByteArray();

    internal static ModelProto Build(ModelArtifact artifact, GraphDialect dialect, bool pairs = false)
    {
        ArtifactCheck.Validate(artifact);
        return dialect switch
        {
            GraphDialect.Portable => PortableGraph.Emit(artifact),
            GraphDialect.CpuFp32 => CpuFp32Graph.Emit(artifact, pairs),
            _ => throw new ModelFileException($"The dialect {dialect} is not known; known are {string.Join(", ", Enum.GetNames<GraphDialect>())}."),
        };
    }
}
