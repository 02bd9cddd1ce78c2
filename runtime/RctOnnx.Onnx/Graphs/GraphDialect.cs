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
}
