using System.Text.Json;
using System.Text.Json.Nodes;
using Google.Protobuf;
using RctOnnx.Onnx.Protobuf;
using RctOnnx.Testing;
using Xunit;

namespace RctOnnx.Onnx.Tests;

public class ModelFileTests
{
    private static ModelArtifact Full() => RandomModels.Create(temperature: 1.3) with
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

    private static void AssertSame(ModelArtifact expected, ModelArtifact actual)
    {
        Assert.Equal(expected.Encoder, actual.Encoder);
        Assert.Equal(expected.Head, actual.Head);
        Assert.Equal(expected.ProblemType, actual.ProblemType);
        Assert.Equal(expected.Labels, actual.Labels);
        Assert.Equal(expected.MaxLength, actual.MaxLength);
        Assert.Equal(expected.LongText, actual.LongText);
        Assert.Equal(expected.Tokenizer, actual.Tokenizer);
        Assert.Equal(expected.Vocabulary, actual.Vocabulary);
        Assert.Equal(JsonSerializer.Serialize(expected.Calibration), JsonSerializer.Serialize(actual.Calibration));
        Assert.Equal(JsonSerializer.Serialize(expected.Probes), JsonSerializer.Serialize(actual.Probes));
        Assert.Equal(JsonSerializer.Serialize(expected.Proof), JsonSerializer.Serialize(actual.Proof));
        Assert.True(JsonNode.DeepEquals(expected.Training, actual.Training));
        Assert.Equal(expected.Weights.Keys.Order(), actual.Weights.Keys.Order());
        foreach ((string name, TensorData weight) in expected.Weights)
        {
            Assert.Equal(weight.Shape, actual.Weights[name].Shape);
            Assert.True(weight.Bytes.Span.SequenceEqual(actual.Weights[name].Bytes.Span), name);
        }
    }

    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(1000)]
    public void Read_gives_back_what_Write_was_given(long largestEmbedded)
    {
        using TemporaryFolder folder = new();
        string path = folder.File("model.onnx");
        ModelFile.Write(path, Full(), new ModelFileWriteOptions { LargestEmbeddedWeights = largestEmbedded });
        ModelFileContent content = ModelFile.Read(path);
        AssertSame(Full(), content.Artifact!);
        Assert.Equal(largestEmbedded == 1000, content.ExternalDataPath is not null);
        if (content.ExternalDataPath is { } data) Assert.Matches(@"/model\.onnx\.[0-9a-f]{16}\.data$", data.Replace('\\', '/'));
        Assert.Equal(largestEmbedded == 1000 ? 2 : 1, Directory.GetFiles(folder.Path).Length);
        Assert.Equal(["input_ids", "attention_mask", "token_type_ids"], content.Signature.Inputs.Select(input => input.Name));
        Assert.Equal(["batch", "sequence"], content.Signature.Inputs[0].Dimensions);
        using GraphRun run = new(EncoderGraph.Emit(content.Artifact!, GraphDialect.Portable), GraphDialect.Portable);
        Assert.Equal(3, run.Run([[2, 57, 3]]).Length);
    }

    [Fact]
    public void Onnx_runtime_runs_the_file_with_external_weights()
    {
        using TemporaryFolder folder = new();
        string small = folder.File("small.onnx"), split = folder.File("split.onnx");
        ModelFile.Write(small, Full());
        ModelFile.Write(split, Full(), new ModelFileWriteOptions { LargestEmbeddedWeights = 1 });
        using Microsoft.ML.OnnxRuntime.InferenceSession one = new(small), two = new(split);
        Assert.Equal(one.OutputMetadata.Keys, two.OutputMetadata.Keys);
    }

    [Fact]
    public void Writing_a_small_model_over_a_split_one_leaves_no_data_file()
    {
        using TemporaryFolder folder = new();
        string path = folder.File("model.onnx");
        ModelFile.Write(path, Full(), new ModelFileWriteOptions { LargestEmbeddedWeights = 1 });
        ModelFile.Write(path, Full());
        Assert.Equal([path], Directory.GetFiles(folder.Path));
        AssertSame(Full(), ModelFile.Read(path).Artifact!);
    }

    [Fact]
    public void A_split_model_whose_successor_cannot_be_written_stays_whole_and_one_that_is_replaced_leaves_nothing()
    {
        using TemporaryFolder folder = new();
        string path = folder.File("model.onnx"), other = folder.File("model.onnx.other.data");
        ModelFileWriteOptions split = new() { LargestEmbeddedWeights = 1 };
        ModelArtifact next = RandomModels.Create(hidden: 48, seed: 9);
        ModelFile.Write(path, Full(), split);
        File.WriteAllText(other, "not ours");
        string[] before = [.. Directory.GetFiles(folder.Path).Order()];

        // The weights of the successor are written, and then the model itself fails: a folder has the name of its temporary file.
        string blocked = $"{path}.{Environment.ProcessId:x}{Environment.CurrentManagedThreadId:x}.tmp";
        Directory.CreateDirectory(blocked);
        Assert.Throws<OutputException>(() => ModelFile.Write(path, next, split));
        AssertSame(Full(), ModelFile.Read(path).Artifact!);
        Assert.Equal(before.Length + 1, Directory.GetFiles(folder.Path).Length);
        Directory.Delete(blocked);

        ModelFile.Write(path, next, split);
        AssertSame(next, ModelFile.Read(path).Artifact!);
        Assert.Equal([path, ModelFile.Read(path).ExternalDataPath!, other], Directory.GetFiles(folder.Path).OrderBy(file => file == other).ThenBy(file => file.Length));
        ModelFile.Write(path, next);
        Assert.Equal([path, other], Directory.GetFiles(folder.Path).OrderBy(file => file == other));
    }

    [Theory]
    [InlineData("../evil.data")]
    [InlineData("/etc/passwd")]
    [InlineData("..")]
    [InlineData("sub\\evil.data")]
    [InlineData("")]
    [InlineData("absent.data")]
    public void External_data_outside_the_folder_is_refused(string location)
    {
        using TemporaryFolder folder = new();
        string path = folder.File("model.onnx");
        ModelFile.Write(path, Full(), new ModelFileWriteOptions { LargestEmbeddedWeights = 1 });
        Change(path, model => model.Graph.Initializer.First(t => t.ExternalData.Count > 0).ExternalData[0].Value = location);
        Assert.Throws<ModelFileException>(() => ModelFile.Read(path));
    }

    [Fact]
    public void External_data_that_is_a_link_or_too_short_or_changed_is_refused()
    {
        using TemporaryFolder folder = new();
        string path = folder.File("model.onnx");
        ModelFile.Write(path, Full(), new ModelFileWriteOptions { LargestEmbeddedWeights = 1 });
        string data = ModelFile.Read(path).ExternalDataPath!;
        byte[] bytes = File.ReadAllBytes(data);

        bytes[^1] ^= 1;
        File.WriteAllBytes(data, bytes);
        Assert.Contains("SHA-256", Assert.Throws<ModelFileException>(() => ModelFile.Read(path)).Message);

        File.WriteAllBytes(data, bytes[..^1]);
        Assert.Contains("bytes", Assert.Throws<ModelFileException>(() => ModelFile.Read(path)).Message);

        File.Move(data, folder.File("elsewhere"));
        File.CreateSymbolicLink(data, folder.File("elsewhere"));
        Assert.Contains("link", Assert.Throws<ModelFileException>(() => ModelFile.Read(path)).Message);
    }

    [Fact]
    public void Unknown_external_data_keys_are_refused()
    {
        using TemporaryFolder folder = new();
        string path = folder.File("model.onnx");
        ModelFile.Write(path, Full(), new ModelFileWriteOptions { LargestEmbeddedWeights = 1 });
        Change(path, model => model.Graph.Initializer.First(t => t.ExternalData.Count > 0).ExternalData.Add(new StringStringEntryProto { Key = "__class__", Value = "x" }));
        Assert.Contains("__class__", Assert.Throws<ModelFileException>(() => ModelFile.Read(path)).Message);
    }

    [Fact]
    public void Swapped_labels_and_changed_weights_and_nodes_are_noticed()
    {
        AssertRefused("SHA-256", model =>
        {
            StringStringEntryProto labels = model.MetadataProps.First(entry => entry.Key == MetadataKeys.Labels);
            labels.Value = """["label 1","label 0","label 2"]""";
        });
        AssertRefused("SHA-256", model =>
        {
            TensorProto weight = model.Graph.Initializer.First(t => t.Name == "head.output.bias");
            byte[] bytes = weight.RawData.ToByteArray();
            bytes[0] ^= 1;
            weight.RawData = ByteString.CopyFrom(bytes);
        });
        AssertRefused("SHA-256", model => model.Graph.Node[^1].OpType = "Sigmoid");
    }

    [Fact]
    public void Unknown_version_operator_domain_and_metadata_are_refused_by_name()
    {
        AssertRefused("999", model => Entry(model, MetadataKeys.Format).Value = "999");
        AssertRefused("version 1", model => Entry(model, MetadataKeys.Format).Value = "999");
        AssertRefused("'Loop'", model => model.Graph.Node[0].OpType = "Loop");
        AssertRefused("'evil'", model => model.Graph.Node[0].Domain = "evil");
        AssertRefused("twice", model => model.MetadataProps.Add(Entry(model, MetadataKeys.Labels).Clone()));
        AssertRefused("has no 'rctonnx.labels'", model => model.MetadataProps.Remove(Entry(model, MetadataKeys.Labels)), rehash: true);
        AssertRefused("'ranking'", model => Entry(model, MetadataKeys.ProblemType).Value = "ranking", rehash: true);
        AssertRefused("rctonnx.config", model => Entry(model, MetadataKeys.Config).Value = """{"encoder":{},"surprise":1}""", rehash: true);
        AssertRefused("labels", model => Entry(model, MetadataKeys.Labels).Value = """["a","a"]""", rehash: true);
        AssertRefused("pieces", model => Entry(model, MetadataKeys.Vocabulary).Value += "\nmore", rehash: true);
        AssertRefused("expected", model => model.Graph.Initializer.First(t => t.Name == "head.output.bias").Dims[0]++, rehash: true);
    }

    [Fact]
    public void Files_that_are_no_models_are_refused_with_the_reason()
    {
        using TemporaryFolder folder = new();
        Assert.Contains("is not there", Assert.Throws<ModelFileException>(() => ModelFile.Read(folder.File("absent.onnx"))).Message);
        Assert.Contains("is a folder", Assert.Throws<ModelFileException>(() => ModelFile.Read(folder.Path)).Message);
        File.WriteAllText(folder.File("empty.onnx"), "");
        Assert.Contains("is empty", Assert.Throws<ModelFileException>(() => ModelFile.Read(folder.File("empty.onnx"))).Message);
        File.WriteAllText(folder.File("text.onnx"), "<html>not a model</html>");
        Assert.Contains("ONNX", Assert.Throws<ModelFileException>(() => ModelFile.Read(folder.File("text.onnx"))).Message);
    }

    [Fact]
    public void Truncated_and_flipped_files_are_refused_cleanly()
    {
        using TemporaryFolder folder = new();
        string path = folder.File("model.onnx");
        ModelFile.Write(path, Full());
        byte[] whole = File.ReadAllBytes(path);
        Random random = new(3);
        for (int i = 0; i < 300; i++)
        {
            byte[] damaged = i % 2 == 0 ? whole[..random.Next(whole.Length)] : [.. whole];
            if (i % 2 == 1) damaged[random.Next(Math.Min(whole.Length, i % 4 == 1 ? whole.Length : 3000))] ^= (byte)(1 << random.Next(8));
            File.WriteAllBytes(path, damaged);
            try
            {
                // Without the format key a damaged file counts as foreign; its content is then ONNX Runtime's to judge.
                Assert.True(ModelFile.Read(path).IsForeign);
            }
            catch (ModelFileException)
            {
            }
        }
    }

    [Fact]
    public void Write_that_fails_leaves_the_older_file()
    {
        using TemporaryFolder folder = new();
        string path = folder.File("model.onnx");
        ModelFile.Write(path, Full());
        byte[] before = File.ReadAllBytes(path);
        Assert.Throws<ModelFileException>(() => ModelFile.Write(path, Full() with { Labels = ["one"] }));
        Assert.Equal(before, File.ReadAllBytes(path));
        Assert.Throws<OutputException>(() => ModelFile.Write(folder.Path, Full()));
        Assert.Equal([path], Directory.GetFiles(folder.Path));
    }

    private static StringStringEntryProto Entry(ModelProto model, string key) => model.MetadataProps.First(entry => entry.Key == key);

    private static void AssertRefused(string expected, Action<ModelProto> change, bool rehash = false)
    {
        using TemporaryFolder folder = new();
        string path = folder.File("model.onnx");
        ModelFile.Write(path, Full());
        Change(path, model =>
        {
            change(model);
            if (rehash) Entry(model, MetadataKeys.Sha256).Value = ModelFileHash.Compute(model, null);
        });
        Assert.Contains(expected, Assert.Throws<ModelFileException>(() => ModelFile.Read(path)).Message);
    }

    private static void Change(string path, Action<ModelProto> change)
    {
        ModelProto model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(path));
        change(model);
        File.WriteAllBytes(path, model.ToByteArray());
    }
}
