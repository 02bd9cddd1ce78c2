using Google.Protobuf;
using RctOnnx.Onnx.Protobuf;

namespace RctOnnx.Onnx;

/// <summary>Emits the graph of a model in a dialect.</summary>
public static class EncoderGraph
{
    /// <summary>Protobuf ends at 2 GiB; the rest is room for the nodes.</summary>
    private const long LargestWeights = 2_100_000_000;

    /// <summary>
    /// The serialised ONNX model, without metadata. Inputs: portable <c>input_ids</c>, <c>attention_mask</c>,
    /// <c>token_type_ids</c> (int64, [batch, sequence]); CPU <c>input_ids</c> and, with <paramref name="pairs"/>,
    /// <c>token_type_ids</c> (int32). Outputs: <c>logits</c> [batch, labels] and, except for regression, <c>probabilities</c>;
    /// without a head <c>features</c> [batch, hidden].
    /// </summary>
    /// <exception cref="ModelFileException">A weight is missing or has another shape than the configuration says, or the weights exceed 2 GB.</exception>
    public static byte[] Emit(ModelArtifact artifact, GraphDialect dialect, bool pairs = false)
    {
        ModelProto model = Build(artifact, dialect, pairs);
        long weights = model.Graph.Initializer.Sum(tensor => (long)tensor.RawData.Length);
        if (weights > LargestWeights)
            throw new ModelFileException($"The graph has {weights} bytes of weights; a graph in memory holds at most {LargestWeights}. Run the model file itself, by its path.");
        return model.ToByteArray();
    }

    /// <summary>The graph for calibration: as the CPU dialect in fp32, with every point of <see cref="QuantizationPoints"/> as an output.</summary>
    public static byte[] EmitObserved(ModelArtifact artifact)
    {
        ArtifactCheck.Validate(artifact);
        return CpuGraph.EmitObserved(artifact).ToByteArray();
    }

    /// <summary>The fused dialect of a model: int8 where it has int8 inputs.</summary>
    public static GraphDialect CpuDialect(ModelArtifact artifact) => artifact.Inputs.Count == 0 ? GraphDialect.CpuFp32 : GraphDialect.CpuInt8;

    internal static ModelProto Build(ModelArtifact artifact, GraphDialect dialect, bool pairs = false)
    {
        ArtifactCheck.Validate(artifact);
        return dialect switch
        {
            GraphDialect.Portable => PortableGraph.Emit(artifact),
            GraphDialect.CpuFp32 or GraphDialect.CpuInt8 when dialect == CpuDialect(artifact) => CpuGraph.Emit(artifact, pairs),
            GraphDialect.CpuFp32 or GraphDialect.CpuInt8 => throw new ModelFileException($"The dialect {dialect} is not for this model, which is {(artifact.Inputs.Count == 0 ? "not quantized" : "int8")}: choose {CpuDialect(artifact)} or {GraphDialect.Portable}."),
            _ => throw new ModelFileException($"The dialect {dialect} is not known; known are {string.Join(", ", Enum.GetNames<GraphDialect>())}."),
        };
    }
}
