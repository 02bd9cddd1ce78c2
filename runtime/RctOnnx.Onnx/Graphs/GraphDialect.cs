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
}
