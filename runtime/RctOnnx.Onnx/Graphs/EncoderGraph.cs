using Google.Protobuf;
using RctOnnx.Onnx.Protobuf;
using DataType = RctOnnx.Onnx.Protobuf.TensorProto.Types.DataType;

namespace RctOnnx.Onnx;

/// <summary>Emits the graph of a model in a dialect.</summary>
public static class EncoderGraph
{
    /// <summary>Protobuf ends at 2 GiB; the rest is room for the nodes.</summary>
    private const long LargestWeights = 2_100_000_000;

    /// <summary>
    /// The serialised ONNX model, without metadata. Inputs: portable <c>input_ids</c>, <c>attention_mask</c>,
    /// <c>token_type_ids</c> (int64, [batch, sequence]); CPU <c>input_ids</c> and, with <paramref name="pairs"/>,
    /// <c>token_type_ids</c> (int32); CUDA the same and <c>lengths</c> (int32, [batch], each at least 1), rows padded on the right.
    /// Outputs: <c>logits</c> [batch, labels] and, except for regression, <c>probabilities</c>; without a head <c>features</c>
    /// [batch, hidden]. Of a document model <c>logits</c> and <c>probabilities</c> are [batch, sequence, labels], to be read where a [SEP] ends a sentence.
    /// Where questions are answered, choices made or masks filled there are <c>logits</c> alone: [batch, sequence, 2], [batch, 1], and [batch, sequence, vocabulary],
    /// in CPU graphs [masks, vocabulary].
    /// </summary>
    /// <exception cref="ModelFileException">
    /// A weight is missing, has another shape than the configuration says or is beyond the range of fp16, the weights exceed
    /// 2 GB, or the dialect is not for this model.
    /// </exception>
    public static byte[] Emit(ModelArtifact artifact, GraphDialect dialect, bool pairs = false) => Serialize(Build(artifact, dialect, pairs));

    /// <summary>
    /// The serialised ONNX model of a CoreML dialect for one shape, with the key under which ONNX Runtime keeps what CoreML makes
    /// of it. Inputs: <c>input_ids</c> and, with <paramref name="pairs"/>, <c>token_type_ids</c> (int32, [batch, length]);
    /// <c>additive_mask</c> (fp32, [batch, 1, 1, length]), 0 where there is a token and <see cref="AttentionMask.Hidden"/> where
    /// there is none. A row must have a token. Outputs as <see cref="Emit"/> has them.
    /// </summary>
    /// <exception cref="ModelFileException">As <see cref="Emit"/>, or the shape is none for this model.</exception>
    public static byte[] EmitStatic(ModelArtifact artifact, GraphDialect dialect, StaticShape shape, bool pairs = false) =>
        Serialize(BuildStatic(artifact, dialect, shape, pairs));

    /// <summary>Whether graphs of a dialect have one fixed shape and come from <see cref="EmitStatic"/>.</summary>
    public static bool IsStatic(GraphDialect dialect) => dialect is GraphDialect.CoreMlFp16 or GraphDialect.CoreMlFp32;

    private static byte[] Serialize(ModelProto model)
    {
        long weights = model.Graph.Initializer.Sum(tensor => (long)tensor.RawData.Length);
        if (weights > LargestWeights)
            throw new ModelFileException($"The graph has {weights} bytes of weights; a graph in memory holds at most {LargestWeights}. Run the model file itself, by its path.");
        return model.ToByteArray();
    }

    /// <summary>
    /// The graph of the head of a model with two encoders, in fp32: inputs <c>a_features</c> and <c>b_features</c> [batch, hidden], what the graphs of
    /// <see cref="PairViews.Encoder"/> give; outputs as <see cref="Emit"/> has them.
    /// </summary>
    public static byte[] EmitPairHead(ModelArtifact artifact)
    {
        ArtifactCheck.Validate(artifact);
        return PairGraph.EmitHead(artifact).ToByteArray();
    }

    /// <summary>The graph for calibration: as the CPU dialect in fp32, with token types where the model has several, and every point of <see cref="QuantizationPoints"/> as an output.</summary>
    public static byte[] EmitObserved(ModelArtifact artifact)
    {
        ArtifactCheck.Validate(artifact);
        return CpuGraph.EmitObserved(artifact).ToByteArray();
    }

    /// <summary>The fused dialect of a model: int8 where it has int8 inputs; on request with our own operators.</summary>
    public static GraphDialect CpuDialect(ModelArtifact artifact, bool ownOperators = false) => (artifact.Inputs.Count > 0, ownOperators) switch
    {
        (false, false) => GraphDialect.CpuFp32,
        (false, true) => GraphDialect.CpuFp32Avx512,
        (true, false) => GraphDialect.CpuInt8,
        (true, true) => GraphDialect.CpuInt8Avx512,
    };

    /// <summary>Whether sessions for a dialect must know our own operators.</summary>
    public static bool HasOwnOperators(GraphDialect dialect) => dialect is GraphDialect.CpuFp32Avx512 or GraphDialect.CpuInt8Avx512;

    /// <summary>Whether a dialect is for int8 files on CPU.</summary>
    public static bool IsInt8(GraphDialect dialect) => dialect is GraphDialect.CpuInt8 or GraphDialect.CpuInt8Avx512;

    /// <summary>Whether a dialect is one of the fused ones for CPU.</summary>
    public static bool IsCpu(GraphDialect dialect) => IsInt8(dialect) || dialect is GraphDialect.CpuFp32 or GraphDialect.CpuFp32Avx512;

    internal static ModelProto Build(ModelArtifact artifact, GraphDialect dialect, bool pairs = false)
    {
        ArtifactCheck.Validate(artifact);
        if (artifact.PairEncoding is not null && dialect != GraphDialect.Portable)
            throw new ModelFileException($"A model with two encoders has no {dialect} graph of its own: its encoders run in it one by one ({nameof(PairViews)}), then the head. Run the model file as it is.");
        return dialect switch
        {
            GraphDialect.Portable => PortableGraph.Emit(artifact),
            _ when dialect == CpuDialect(artifact) => CpuGraph.Emit(artifact, pairs),
            _ when dialect == CpuDialect(artifact, ownOperators: true) => OwnOperatorGraph.Emit(artifact, pairs),
            GraphDialect.CudaFp16 => CudaGraph.Emit(artifact, DataType.Float16, pairs),
            GraphDialect.CudaFp32 => CudaGraph.Emit(artifact, DataType.Float, pairs),
            GraphDialect.CoreMlFp16 or GraphDialect.CoreMlFp32 => throw new ModelFileException($"A graph of the dialect {dialect} has one fixed shape: use {nameof(EmitStatic)}."),
            _ when IsCpu(dialect) => throw new ModelFileException($"The dialect {dialect} is not for this model, which is {(artifact.Inputs.Count == 0 ? "not quantized" : "int8")}: choose {CpuDialect(artifact)} or {GraphDialect.Portable}."),
            _ => throw new ModelFileException($"The dialect {dialect} is not known; known are {string.Join(", ", Enum.GetNames<GraphDialect>())}."),
        };
    }

    internal static ModelProto BuildStatic(ModelArtifact artifact, GraphDialect dialect, StaticShape shape, bool pairs = false)
    {
        ArtifactCheck.Validate(artifact);
        if (!IsStatic(dialect)) throw new ModelFileException($"The dialect {dialect} has dynamic shapes; those with a fixed one are {GraphDialect.CoreMlFp16} and {GraphDialect.CoreMlFp32}.");
        return CoreMlGraph.Emit(artifact, dialect == GraphDialect.CoreMlFp16 ? DataType.Float16 : DataType.Float, shape, pairs);
    }
}
