using RctOnnx.Kernels;
using RctOnnx.Onnx;

namespace RctOnnx.Testing;

/// <summary>The CPU dialects that a model has and this processor runs.</summary>
public static class CpuDialects
{
    /// <summary>That of ONNX Runtime's operators, and that of our own where there is AVX-512.</summary>
    public static IEnumerable<GraphDialect> Of(ModelArtifact model)
    {
        yield return EncoderGraph.CpuDialect(model);
        if (OwnOperators.IsSupported) yield return EncoderGraph.CpuDialect(model, ownOperators: true);
    }
}
