using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using RctOnnx.Kernels;
using RctOnnx.Onnx.Protobuf;
using RctOnnx.Testing;
using Xunit;

namespace RctOnnx.Onnx.Tests;

/// <summary>A file may hold any graph: operators of ours refuse what does not fit together, and touch no memory of it.</summary>
public class OwnOperatorTests
{
    public OwnOperatorTests() => Assert.SkipUnless(OwnOperators.IsSupported, "This processor has no AVX-512.");

    [Fact]
    public void Heads_that_do_not_divide_the_width_are_refused() =>
        Refused("do not fit together", model => Node(model, "Attention").Attribute.Single(one => one.Name == "num_heads").I = 7);

    [Fact]
    public void Keys_without_values_are_refused() =>
        Refused("do not fit together", model => Node(model, "Attention").Input[1] = Node(model, "AddNorm").Output[0]);

    [Fact]
    public void Norms_of_another_width_are_refused() =>
        Refused("expected are", model => Node(model, "AddNorm").Input[3] = model.Graph.Initializer.First(one => one.Name.EndsWith("intermediate.bias", StringComparison.Ordinal)).Name);

    [Fact]
    public void A_function_that_is_not_there_is_refused() =>
        Refused("expected 0 to 2", model => Node(model, "Activation").Attribute.Single(one => one.Name == "function").I = 3);

    private static NodeProto Node(ModelProto model, string operation) => model.Graph.Node.First(node => node.OpType == operation);

    private static void Refused(string expected, Action<ModelProto> change)
    {
        ModelProto model = EncoderGraph.Build(RandomModels.Create(layers: 2), GraphDialect.CpuFp32Avx512);
        change(model);
        OnnxRuntimeException e = Assert.Throws<OnnxRuntimeException>(() =>
        {
            using GraphRun run = new(model.ToByteArray(), GraphDialect.CpuFp32Avx512);
            run.Run([[2, 7, 8, 3]]);
        });
        Assert.Contains(expected, e.Message);
    }
}
