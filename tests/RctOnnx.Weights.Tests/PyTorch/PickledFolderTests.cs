using RctOnnx.Onnx;
using RctOnnx.Testing;
using Xunit;

namespace RctOnnx.Weights.Tests.PyTorch;

public class PickledFolderTests
{
    private static byte[] Pickled(string name, params float[] values) => TorchFiles.Zip(
        PickleWriter.New().Dictionary().Text(name).Tensor("0", values.Length, 0, [values.Length], [1]).End(),
        new Dictionary<string, byte[]> { ["0"] = TorchFiles.Bytes(values) });

    [Fact]
    public void ReadTensors_takes_a_pickle_where_there_are_no_safetensors()
    {
        using TemporaryFolder folder = new();
        File.WriteAllBytes(folder.File("pytorch_model.bin"), Pickled("w", 1, 2));
        Assert.Equal([1, 2], CheckpointFolder.ReadTensors(folder.Path)["w"].ToFloats());
        SafetensorsFile.Write(folder.File("model.safetensors"), [new("w", TensorData.FromFloats([3], 1))]);
        Assert.Equal([3], CheckpointFolder.ReadTensors(folder.Path)["w"].ToFloats());
    }

    [Fact]
    public void ReadTensors_without_pickles_refuses_them_and_takes_safetensors()
    {
        WeightsOptions options = new() { AllowPickle = false };
        using TemporaryFolder folder = new();
        File.WriteAllBytes(folder.File("pytorch_model.bin"), Pickled("w", 1));
        Assert.Contains("pickles are not allowed", Assert.Throws<ModelFileException>(() => CheckpointFolder.ReadTensors(folder.Path, options)).Message);
        File.Move(folder.File("pytorch_model.bin"), folder.File("pytorch_model.bin.index.json"));
        Assert.Contains("pickles are not allowed", Assert.Throws<ModelFileException>(() => CheckpointFolder.ReadTensors(folder.Path, options)).Message);
        SafetensorsFile.Write(folder.File("model.safetensors"), [new("w", TensorData.FromFloats([3], 1))]);
        Assert.Equal([3], CheckpointFolder.ReadTensors(folder.Path, options)["w"].ToFloats());
    }

    [Fact]
    public void ReadTensors_joins_pickled_shards()
    {
        using TemporaryFolder folder = new();
        File.WriteAllBytes(folder.File("pytorch_model-00001-of-00002.bin"), Pickled("a", 1));
        File.WriteAllBytes(folder.File("pytorch_model-00002-of-00002.bin"), Pickled("b", 2));
        Index(folder, ("a", "pytorch_model-00001-of-00002.bin"), ("b", "pytorch_model-00002-of-00002.bin"));
        IReadOnlyDictionary<string, TensorData> tensors = CheckpointFolder.ReadTensors(folder.Path);
        Assert.Equal([1], tensors["a"].ToFloats());
        Assert.Equal([2], tensors["b"].ToFloats());
        File.Delete(folder.File("pytorch_model-00002-of-00002.bin"));
        Assert.Contains("not beside it", Assert.Throws<ModelFileException>(() => CheckpointFolder.ReadTensors(folder.Path)).Message);
    }

    [Theory]
    [InlineData("../other.bin")]
    [InlineData("/etc/passwd")]
    [InlineData("..")]
    [InlineData("sub/shard.bin")]
    [InlineData("C:\\\\shard.bin")]
    public void ReadTensors_refuses_an_index_that_leads_out_of_the_folder(string shard)
    {
        using TemporaryFolder folder = new();
        Index(folder, ("a", shard));
        Assert.Contains("expected the plain name of a file beside it", Assert.Throws<ModelFileException>(() => CheckpointFolder.ReadTensors(folder.Path)).Message);
    }

    private static void Index(TemporaryFolder folder, params (string Name, string Shard)[] map) =>
        File.WriteAllText(folder.File("pytorch_model.bin.index.json"), "{\"weight_map\":{" + string.Join(',', map.Select(entry => $"\"{entry.Name}\":\"{entry.Shard}\"")) + "}}");
}
