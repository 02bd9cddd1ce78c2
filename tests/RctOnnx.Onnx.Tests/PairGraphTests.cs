using RctOnnx.Testing;
using Xunit;

namespace RctOnnx.Onnx.Tests;

/// <summary>Models that read pairs by two encoders.</summary>
public sealed class PairGraphTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_file_is_read_back_whole_and_holds_shared_weights_once(bool shared)
    {
        ModelArtifact model = RandomModels.Pairs(FeatureCombination.Difference, shared);
        ModelFile.Write(_folder.File("model.onnx"), model);
        ModelFileContent read = ModelFile.Read(_folder.File("model.onnx"));
        Assert.Equal(model.PairEncoding, read.Artifact!.PairEncoding);
        Assert.Equal(model.Weights.Keys.Order(), read.Artifact.Weights.Keys.Order());
        Assert.Equal(shared, !read.Artifact.Weights.ContainsKey("second.embeddings.word.weight"));
        Assert.Equal(["a_input_ids", "a_attention_mask", "a_token_type_ids", "b_input_ids", "b_attention_mask", "b_token_type_ids"], read.Signature.Inputs.Select(input => input.Name));
        Assert.Equal(["batch", "b_sequence"], read.Signature.Inputs[3].Dimensions);
        Assert.Equal(["logits", "probabilities"], read.Signature.Outputs.Select(output => output.Name));
        Assert.InRange(read.FileSize, 1, new FileInfo(Alone()).Length * (shared ? 1.3 : 2.3));

        string Alone()
        {
            ModelFile.Write(_folder.File("alone.onnx"), RandomModels.Create(pooling: Pooling.Mean));
            return _folder.File("alone.onnx");
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_int8_file_keeps_the_scales_of_both_encoders(bool shared)
    {
        ModelArtifact model = RandomModels.Pairs(FeatureCombination.Concat, shared);
        Dictionary<string, InputQuantization> inputs = QuantizationPoints.Of(model).ToDictionary(point => point.Key, _ => new InputQuantization(0.05f, 128));
        Assert.Equal(QuantizationPoints.Of(model.Encoder).Count * (shared ? 1 : 2), inputs.Count);
        ModelArtifact int8 = ModelQuantizer.Quantize(model, inputs);
        ModelFile.Write(_folder.File("int8.onnx"), int8);
        ModelArtifact read = ModelFile.Read(_folder.File("int8.onnx")).Artifact!;
        Assert.Equal(inputs.Keys.Order(), read.Inputs.Keys.Order());
        foreach ((string name, TensorData weight) in int8.Weights) Assert.Equal(weight.Type, read.Weights[name].Type);
        Assert.Equal(GraphDialect.CpuInt8, EncoderGraph.CpuDialect(PairViews.Encoder(read, second: true)));
    }

    [Fact]
    public void What_two_encoders_do_not_support_is_refused()
    {
        ModelArtifact model = RandomModels.Pairs(FeatureCombination.Sum, shared: true);
        Assert.Contains("two encoders without a head", Fault(model with { Head = model.Head with { Kind = HeadKind.None }, Labels = [] }));
        Assert.Contains("a probe without a second text", Fault(model with { Probes = [new Probe("a", [2, 3], [0, 0, 0])] }));
        Assert.Contains("a probe with a second text", Fault(RandomModels.Create() with { Probes = [new Probe("a", [2, 3], [0, 0, 0]) { Pair = "b", PairIds = [2, 3] }] }));
        Assert.Contains("two encoders and several tasks", Fault(RandomModels.SeveralTasks() with { PairEncoding = model.PairEncoding }));
        Assert.Contains("no weight 'second.", Fault(model with { PairEncoding = model.PairEncoding! with { IsShared = false } }));
        Assert.Contains("one by one", Assert.Throws<ModelFileException>(() => EncoderGraph.Emit(model, GraphDialect.CpuFp32)).Message);
        ModelFile.Write(_folder.File("model.onnx"), model);
        Assert.Contains("cannot be compiled", Assert.Throws<ModelFileException>(() => ModelFile.WriteCompiled(_folder.File("c.onnx"), ModelFile.Read(_folder.File("model.onnx")), GraphDialect.CpuFp32, "1")).Message);

        static string Fault(ModelArtifact model) => Assert.Throws<ModelFileException>(() => ArtifactCheck.Validate(model)).Message;
    }
}
