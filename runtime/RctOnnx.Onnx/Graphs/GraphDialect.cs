namespace RctOnnx.Onnx;

/// <summary>A form of graph for one kind of runtime.</summary>
public enum GraphDialect
{
    /// <summary>Standard operators only, int64 inputs with a mask: any ONNX runtime runs it. What the model file holds.</summary>
    Portable,

    /// <summary>
    /// ONNX Runtime on CPU: int32 inputs, no mask, every row of a batch of the same real length, fused attention, the last
    /// layer computed for [CLS] only where the pooling allows. Sessions must switch off <c>SkipLayerNormFusion</c>, whose CPU
    /// kernel is slower than what it replaces.
    /// </summary>
    CpuFp32,

    /// <summary>
    /// As <see cref="CpuFp32"/>, for files of <c>rctonnx quantize</c>: each input of linear layers is quantised once, with the
    /// scale that the file carries, and each of these layers is one int8 node.
    /// </summary>
    CpuInt8,

    /// <summary>
    /// As <see cref="CpuFp32"/> for processors with AVX-512: queries, keys and values are one product, and what lies between the
    /// products are operators of our own (domain <c>rctonnx</c>), which a session must be told of.
    /// </summary>
    CpuFp32Avx512,

    /// <summary>As <see cref="CpuFp32Avx512"/>, for the files of <see cref="CpuInt8"/>.</summary>
    CpuInt8Avx512,

    /// <summary>
    /// ONNX Runtime on NVIDIA cards: int32 inputs padded on the right with <c>lengths</c> [batch] in place of a mask, the encoder
    /// in fp16 as few fused nodes, pooler and head in fp32. Int8 files compute with their weights multiplied out.
    /// </summary>
    CudaFp16,

    /// <summary>As <see cref="CudaFp16"/> with fp32 throughout: the graph that CPU kernels exist for, and the one for parity.</summary>
    CudaFp32,

    /// <summary>
    /// CoreML's ML programs: standard operators, one fixed shape (<see cref="StaticShape"/>), int32 ids, the mask as numbers
    /// that are added to the scores; the encoder in fp16, which the Neural Engine needs, pooler and head in fp32.
    /// </summary>
    CoreMlFp16,

    /// <summary>As <see cref="CoreMlFp16"/> with fp32 throughout, for the graphics card and the processor.</summary>
    CoreMlFp32,
}
