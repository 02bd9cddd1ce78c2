using System.Runtime.InteropServices;
using Google.Protobuf;
using RctOnnx.Onnx.Protobuf;
using RctOnnx.Testing;
using Xunit;
using DataLocation = RctOnnx.Onnx.Protobuf.TensorProto.Types.DataLocation;

namespace RctOnnx.Onnx.Tests;

/// <summary>Files made to deceive the reader, each with a hash that fits.</summary>
public class TrustBoundaryTests
{
    [Theory]
    [InlineData(MetadataKeys.Config, "{}")]
    [InlineData(MetadataKeys.Config, "null")]
    [InlineData(MetadataKeys.Labels, """["a", null, "b"]""")]
    [InlineData(MetadataKeys.Labels, """["a", "", "b"]""")]
    [InlineData(MetadataKeys.Probe, """[{"text":"x"}]""")]
    [InlineData(MetadataKeys.Probe, "[null]")]
    [InlineData(MetadataKeys.Probe, """[{"text":"x","ids":[2,99999],"logits":[1,2,3]}]""")]
    [InlineData(MetadataKeys.Probe, """[{"text":"x","ids":[2,3],"logits":[1]}]""")]
    [InlineData(MetadataKeys.Calibration, """{"temperature":1e-50}""", "temperature")]
    [InlineData(MetadataKeys.Calibration, """{"temperature":1,"temperature":2}""")]
    [InlineData(MetadataKeys.Calibration, """{"temperature":1,"thresholds":[0.1,2,0.3]}""", "threshold")]
    [InlineData(MetadataKeys.Training, """{"seed":1,"seed":2}""")]
    [InlineData(MetadataKeys.Training, """{"data":{"seed":1,"seed":2}}""")]
    [InlineData(MetadataKeys.Tokenizer, """{"lower_case":null}""")]
    [InlineData(MetadataKeys.MaxLength, "-1")]
    [InlineData(MetadataKeys.Format, "one")]
    public void Read_metadata_that_makes_no_sense_is_refused(string key, string value, string? expected = null) => AssertRefused(expected ?? key[MetadataKeys.Prefix.Length..][..3], model =>
    {
        StringStringEntryProto? entry = model.MetadataProps.FirstOrDefault(entry => entry.Key == key);
        if (entry is null) model.MetadataProps.Add(entry = new StringStringEntryProto { Key = key });
        entry.Value = value;
    });

    [Fact]
    public void Read_two_thousand_million_layers_is_refused_at_once() => AssertRefused("2000000000 layers", model =>
    {
        StringStringEntryProto config = Entry(model, MetadataKeys.Config);
        config.Value = config.Value.Replace("\"layer_count\":2", "\"layer_count\":2000000000", StringComparison.Ordinal);
    });

    [Fact]
    public void Read_unknown_key_of_ours_is_refused_by_name() =>
        AssertRefused("rctonnx.surprise", model => model.MetadataProps.Add(new StringStringEntryProto { Key = "rctonnx.surprise", Value = "1" }));

    [Fact]
    public void Read_file_of_ours_without_format_is_not_taken_for_a_foreign_one() =>
        AssertRefused(MetadataKeys.Format, model => model.MetadataProps.Remove(Entry(model, MetadataKeys.Format)));

    [Fact]
    public void Read_functions_and_other_operator_sets_are_refused()
    {
        AssertRefused("functions", model => model.Functions.Add(new FunctionProto { Name = "Add" }));
        AssertRefused("sparse", model => model.Graph.SparseInitializer.Add(new SparseTensorProto()));
        AssertRefused("operator sets", model => model.OpsetImport[0].Version = 99);
    }

    [Fact]
    public void Read_graph_that_gives_other_outputs_than_the_metadata_says_is_refused()
    {
        AssertRefused("logits Float [batch, 9]", model => model.Graph.Output[0].Type.TensorType.Shape.Dim[1].DimValue = 9);
        AssertRefused("takes and gives", model => model.Graph.Output.RemoveAt(1));
        AssertRefused("takes and gives", model => model.Graph.Input.RemoveAt(2));
    }

    [Fact]
    public void Read_declared_length_beyond_the_file_takes_no_memory()
    {
        using TemporaryFolder folder = new();
        string path = folder.File("bomb.onnx");
        // Field 7 (graph) said to have 1.9 GB, of which none is there.
        File.WriteAllBytes(path, [0x08, 0x09, 0x3A, 0x80, 0x80, 0x80, 0x8E, 0x07, 0x4A, 0x80, 0x80, 0x80, 0x8D, 0x07]);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<ModelFileException>(() => ModelFile.Read(path));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 10_000_000);
    }

    [Fact]
    public void Read_no_name_is_refused() => Assert.Throws<ModelFileException>(() => ModelFile.Read(""));

    [Fact]
    public void External_location_given_twice_is_refused() => AssertExternalRefused("twice", (model, _) =>
        First(model).ExternalData.Add(new StringStringEntryProto { Key = "location", Value = "../../secret" }));

    [Fact]
    public void External_data_of_a_tensor_that_says_it_is_inside_is_refused() => AssertExternalRefused("both inside and outside", (model, _) =>
        First(model).DataLocation = DataLocation.Default);

    [Fact]
    public void External_data_with_bytes_inside_as_well_is_refused() => AssertExternalRefused("both inside and outside", (model, _) =>
        First(model).RawData = ByteString.CopyFrom(1, 2, 3));

    [Fact]
    public void External_ranges_that_overlap_beyond_the_file_are_refused() => AssertExternalRefused("share bytes", (model, _) =>
    {
        for (int i = 0; i < 100; i++)
        {
            TensorProto copy = First(model).Clone();
            copy.Name = $"copy{i}.weight";
            model.Graph.Initializer.Add(copy);
        }
    });

    [Fact]
    public void External_data_with_a_second_name_is_refused()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Makes the hard link by libc.");
        AssertExternalRefused("2 hard links", (_, path) => Assert.Equal(0, Link(Directory.GetFiles(Path.GetDirectoryName(path)!, "*.data").Single(), path + ".second")));
    }

    [Fact]
    public void External_data_in_several_files_is_refused_with_the_way_to_join_them() => AssertExternalRefused("all_tensors_to_one_file=True", (model, path) =>
    {
        File.WriteAllText(Path.Combine(Path.GetDirectoryName(path)!, "second.data"), "x");
        model.Graph.Initializer.Last(tensor => tensor.ExternalData.Count > 0).ExternalData.First(entry => entry.Key == "location").Value = "second.data";
    });

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Foreign_external_data_is_confined_wherever_it_hides(int place)
    {
        using TemporaryFolder folder = new();
        string path = folder.File("foreign.onnx");
        TensorProto outside = new()
        {
            Name = "outside",
            DataType = (int)TensorProto.Types.DataType.Float,
            DataLocation = DataLocation.External,
            ExternalData = { new StringStringEntryProto { Key = "location", Value = "../secret" } },
        };
        outside.Dims.Add(1);
        AttributeProto attribute = new() { Name = "value", Type = AttributeProto.Types.AttributeType.Tensor, T = outside };
        NodeProto node = new() { OpType = "Constant", Output = { "c" }, Attribute = { attribute } };
        Write(path, model =>
        {
            if (place == 0) model.Functions.Add(new FunctionProto { Name = "F", Node = { node } });
            if (place == 1) model.Graph.SparseInitializer.Add(new SparseTensorProto { Values = outside });
            if (place == 2) model.TrainingInfo.Add(new TrainingInfoProto { Algorithm = new GraphProto { Initializer = { outside } } });
            if (place == 3)
            {
                AttributeProto branch = new() { Name = "then_branch", Type = AttributeProto.Types.AttributeType.Graph, G = new GraphProto { Node = { node } } };
                model.Graph.Node.Add(new NodeProto { OpType = "If", Attribute = { branch } });
            }
        }, foreign: true);
        Assert.Contains("../secret", Assert.Throws<ModelFileException>(() => ModelFile.Read(path)).Message);
    }

    [Fact]
    public void Foreign_custom_operators_are_refused_also_inside_functions()
    {
        using TemporaryFolder folder = new();
        string path = folder.File("foreign.onnx");
        Write(path, model => model.Functions.Add(new FunctionProto { Name = "F", Node = { new NodeProto { OpType = "Run", Domain = "evil" } } }), foreign: true);
        Assert.Contains("'evil'", Assert.Throws<ModelFileException>(() => ModelFile.Read(path)).Message);
    }

    [Fact]
    [Trait("Category", "Golden")]
    public void Foreign_exports_are_accepted_with_their_signature()
    {
        string[] files = Directory.GetFiles(SharedFolders.Golden("foreign-onnx"), "*.onnx", SearchOption.AllDirectories);
        Assert.NotEmpty(files);
        foreach (string file in files)
        {
            ModelFileContent content = ModelFile.Read(file);
            Assert.True(content.IsForeign);
            Assert.Contains(content.Signature.Inputs, input => input.Name == "input_ids" && input.ElementType == "Int64");
            Assert.NotEmpty(content.Signature.Outputs);
        }
    }

    [DllImport("libc", EntryPoint = "link")]
    private static extern int Link([MarshalAs(UnmanagedType.LPUTF8Str)] string existing, [MarshalAs(UnmanagedType.LPUTF8Str)] string added);

    private static StringStringEntryProto Entry(ModelProto model, string key) => model.MetadataProps.First(entry => entry.Key == key);

    private static TensorProto First(ModelProto model) => model.Graph.Initializer.First(tensor => tensor.ExternalData.Count > 0);

    private static void Write(string path, Action<ModelProto> change, bool foreign = false)
    {
        ModelFile.Write(path, RandomModels.Create());
        ModelProto model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(path));
        if (foreign) model.MetadataProps.Clear();
        change(model);
        if (!foreign) Entry(model, MetadataKeys.Sha256).Value = ModelFileHash.Compute(model, null);
        File.WriteAllBytes(path, model.ToByteArray());
    }

    private static void AssertRefused(string expected, Action<ModelProto> change)
    {
        using TemporaryFolder folder = new();
        string path = folder.File("model.onnx");
        Write(path, change);
        Assert.Contains(expected, Assert.Throws<ModelFileException>(() => ModelFile.Read(path)).Message, StringComparison.OrdinalIgnoreCase);
    }

    private static void AssertExternalRefused(string expected, Action<ModelProto, string> change)
    {
        using TemporaryFolder folder = new();
        string path = folder.File("model.onnx");
        ModelFile.Write(path, RandomModels.Create(hidden: 48), new ModelFileWriteOptions { LargestEmbeddedWeights = 1 });
        ModelProto model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(path));
        change(model, path);
        File.WriteAllBytes(path, model.ToByteArray());
        Assert.Contains(expected, Assert.Throws<ModelFileException>(() => ModelFile.Read(path)).Message);
    }
}
