using System.Text.Json;
using System.Text.Json.Nodes;
using Google.Protobuf;
using RctOnnx.Onnx.Protobuf;
using RctOnnx.Testing;
using Xunit;

namespace RctOnnx.Onnx.Tests;

public sealed class CompiledFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Source => _folder.File("model.onnx");

    private string Compiled => _folder.File("compiled.onnx");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void All_metadata_of_the_source_travels_with_the_graph(bool int8)
    {
        ModelArtifact model = Model(int8);
        Compile(model);

        ModelFileContent content = ModelFile.Read(Compiled);

        Assert.Equal(int8 ? GraphDialect.CpuInt8 : GraphDialect.CpuFp32, content.Compiled!.Dialect);
        Assert.Equal("1.31.1", content.Compiled.OnnxRuntimeVersion);
        Assert.Equal(ModelFile.Read(Source).Sha256, content.Compiled.SourceSha256);
        Assert.False(content.IsForeign);
        Assert.Null(content.Artifact);
        ModelDescription found = content.Description!;
        Assert.Equal((model.Encoder, model.Head, model.ProblemType, model.MaxLength, model.LongText, model.Tokenizer), (found.Encoder, found.Head, found.ProblemType, found.MaxLength, found.LongText, found.Tokenizer));
        Assert.Equal(model.Labels, found.Labels);
        Assert.Equal(model.Vocabulary, found.Vocabulary);
        Assert.Equal(JsonSerializer.Serialize(model.Calibration), JsonSerializer.Serialize(found.Calibration));
        Assert.Equal(JsonSerializer.Serialize(model.Probes), JsonSerializer.Serialize(found.Probes));
        Assert.Equal(JsonSerializer.Serialize(model.Proof), JsonSerializer.Serialize(found.Proof));
        Assert.True(JsonNode.DeepEquals(model.Training, found.Training));
    }

    [Fact]
    public void Reading_a_compiled_file_does_not_read_its_weights_into_memory()
    {
        Compile(RandomModels.Create(hidden: 480, heads: 4));
        ModelFile.Read(Compiled);
        long before = GC.GetAllocatedBytesForCurrentThread(); // of this thread: other tests run beside it
        ModelFile.Read(Compiled);
        long taken = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(taken < new FileInfo(Compiled).Length / 4, $"{taken} bytes of {new FileInfo(Compiled).Length}");
    }

    [Fact]
    public void A_compiled_or_foreign_file_has_no_weights_to_train_from_and_says_what_has()
    {
        Compile(Model(int8: true));
        ModelFileContent content = ModelFile.Read(Compiled);
        string message = Assert.Throws<ModelFileException>(content.RequireArtifact).Message;
        Assert.Contains("compiled for CpuInt8", message);
        Assert.Contains(ModelFile.Read(Source).Sha256, message);
        Assert.Throws<ModelFileException>(() => ModelFile.WriteCompiled(_folder.File("again.onnx"), content, GraphDialect.CpuInt8, "1.31.1"));
        Assert.False(File.Exists(_folder.File("again.onnx")));
    }

    [Fact]
    public void Operators_outside_the_dialect_are_refused()
    {
        Refused("'Conv'", model => model.Graph.Node[0].OpType = "Conv");
        Refused("com.evil", model => model.Graph.Node[0].Domain = "com.evil");
        Refused("'Add' of the domain 'com.microsoft'", model => model.Graph.Node.First(node => node.OpType == "Add").Domain = "com.microsoft");
        Refused("operator sets", model => model.OpsetImport[1].Version = 2);
        Refused("operator sets", model => model.OpsetImport.RemoveAt(1));
        Refused("functions", model => model.Functions.Add(new FunctionProto { Name = "Add" }));
    }

    [Fact]
    public void A_graph_that_is_not_the_one_of_its_metadata_is_refused()
    {
        Refused("takes and gives", model => model.Graph.Input.RemoveAt(1));
        Refused("takes and gives", model => model.Graph.Output[0].Type.TensorType.Shape.Dim[1].DimValue = 9);
        Refused("cpu_int9", model => Entry(model, MetadataKeys.Dialect).Value = "cpu_int9");
        Refused("Portable", model => Entry(model, MetadataKeys.Dialect).Value = "portable");
        Refused(MetadataKeys.Source, model => model.MetadataProps.Remove(Entry(model, MetadataKeys.Source)));
        Refused("com.microsoft", model => model.MetadataProps.Remove(Entry(model, MetadataKeys.Dialect)));
        Refused("max_length", model => Entry(model, MetadataKeys.MaxLength).Value = "many");
        Refused("maximum length of 6400", model => Entry(model, MetadataKeys.MaxLength).Value = "6400");
    }

    [Fact]
    public void Tensors_of_another_size_than_their_shape_are_refused_though_their_bytes_are_passed_over()
    {
        Refused("bytes for tensor", model => model.Graph.Initializer[0].Dims[0]++);
        Refused("bytes for tensor", model => model.Graph.Initializer[0].RawData = ByteString.Empty);
        Refused("both inside and outside", model =>
        {
            File.WriteAllBytes(_folder.File("beside"), new byte[1 << 20]);
            TensorProto tensor = model.Graph.Initializer[0];
            tensor.DataLocation = TensorProto.Types.DataLocation.External;
            tensor.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = "beside" });
        });
    }

    [Fact]
    public void A_changed_byte_anywhere_is_found()
    {
        Compile(Model(int8: true));
        byte[] bytes = File.ReadAllBytes(Compiled);
        for (int i = 1; i < 40; i++)
        {
            byte[] changed = [.. bytes];
            changed[(long)bytes.Length * i / 40] ^= 4;
            File.WriteAllBytes(Compiled, changed);
            Assert.Throws<ModelFileException>(() => ModelFile.Read(Compiled));
        }
    }

    [Fact]
    public void Every_graph_takes_and_gives_what_its_signature_says()
    {
        foreach (HeadKind head in RandomModels.TextHeads)
            foreach (ProblemType problem in RandomModels.TextProblems)
            {
                ModelArtifact model = RandomModels.Create(head: head, problem: problem);
                ModelFile.Write(Source, model);
                Assert.Equal(GraphSignature.Of(model, GraphDialect.Portable).ToString(), ModelFile.Read(Source).Signature.ToString());
                foreach (GraphDialect dialect in (GraphDialect[])[GraphDialect.CpuFp32, GraphDialect.CpuFp32Avx512])
                {
                    ModelFile.WriteCompiled(Compiled, ModelFile.Read(Source), dialect, "1.31.1");
                    Assert.Equal(GraphSignature.Of(model, dialect).ToString(), ModelFile.Read(Compiled).Signature.ToString());
                }
            }
    }

    private static ModelArtifact Model(bool int8)
    {
        ModelArtifact model = RandomModels.Create(temperature: 1.3);
        if (int8) model = ModelQuantizer.Quantize(model, QuantizationPoints.Of(model.Encoder).ToDictionary(point => point.Key, _ => InputQuantization.OfRange(-4, 4)));
        return model with
        {
            LongText = LongTextPolicy.Window,
            Calibration = new Calibration { Temperature = 1.3, Thresholds = [0.5, 0.25, 0.75] },
            Probes = [new Probe("patients were", [2, 57, 58, 3], [0.1f, 1e-9f, -3.25f])],
            Training = new JsonObject { ["seed"] = 7, ["data"] = "αβ" },
            Proof = new Proof
            {
                LargestDifference = 1e-6,
                Tolerance = 1e-4,
                LabelAgreement = 1,
                TextCount = 9,
                Shapes = ["1 x 4"],
                OptimizationLevels = ["all"],
                Dialects = ["portable"],
                Versions = new Dictionary<string, string> { ["onnxruntime"] = "1" },
            },
        };
    }

    private void Compile(ModelArtifact model)
    {
        ModelFile.Write(Source, model);
        ModelFile.WriteCompiled(Compiled, ModelFile.Read(Source), EncoderGraph.CpuDialect(model), "1.31.1");
    }

    private void Refused(string expected, Action<ModelProto> change)
    {
        Compile(Model(int8: true));
        ModelProto model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(Compiled));
        change(model);
        Entry(model, MetadataKeys.Sha256).Value = ModelFileHash.Compute(model, null);
        File.WriteAllBytes(Compiled, model.ToByteArray());
        Assert.Contains(expected, Assert.Throws<ModelFileException>(() => ModelFile.Read(Compiled)).Message);
    }

    private static StringStringEntryProto Entry(ModelProto model, string key) => model.MetadataProps.First(entry => entry.Key == key);
}
