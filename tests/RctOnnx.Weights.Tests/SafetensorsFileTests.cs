using System.Buffers.Binary;
using System.Text;
using RctOnnx.Onnx;
using RctOnnx.Testing;
using Xunit;

namespace RctOnnx.Weights.Tests;

public class SafetensorsFileTests
{
    private const string Good = """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"U8","shape":[3],"data_offsets":[8,11]}}""";

    private static byte[] Build(string header, int dataLength, long? claimed = null)
    {
        byte[] text = Encoding.UTF8.GetBytes(header), file = new byte[8 + text.Length + dataLength];
        BinaryPrimitives.WriteInt64LittleEndian(file, claimed ?? text.Length);
        text.CopyTo(file, 8);
        return file;
    }

    private static string Refusal(byte[] bytes)
    {
        using TemporaryFolder folder = new();
        File.WriteAllBytes(folder.File("model.safetensors"), bytes);
        return Assert.Throws<ModelFileException>(() => SafetensorsFile.Read(folder.File("model.safetensors"))).Message;
    }

    [Fact]
    public void Read_gives_back_what_Write_was_given()
    {
        using TemporaryFolder folder = new();
        Dictionary<string, TensorData> tensors = new()
        {
            ["x"] = TensorData.FromFloats([1, -2.5f, float.NaN, 0], 2, 2),
            ["empty"] = new TensorData(TensorType.Float32, [0, 3], Array.Empty<byte>()),
            ["half"] = new TensorData(TensorType.Float16, [1], BitConverter.GetBytes((Half)1.5)),
            ["brain"] = new TensorData(TensorType.BFloat16, [], new byte[] { 0xC0, 0x3F }),
            ["ids"] = new TensorData(TensorType.Int64, [1], BitConverter.GetBytes(-7L)),
        };
        SafetensorsFile.Write(folder.File("m"), tensors, new Dictionary<string, string> { ["format"] = "pt" });
        IReadOnlyDictionary<string, TensorData> read = SafetensorsFile.Read(folder.File("m"), out IReadOnlyDictionary<string, string> metadata);
        Assert.Equal("pt", metadata["format"]);
        Assert.Equal(tensors.Keys, read.Keys);
        foreach ((string name, TensorData tensor) in tensors)
        {
            Assert.Equal(tensor.Type, read[name].Type);
            Assert.Equal(tensor.Shape, read[name].Shape);
            Assert.Equal(tensor.Bytes.ToArray(), read[name].Bytes.ToArray());
        }
        Assert.Equal([1.5f], read["half"].ToFloats());
        Assert.Equal([1.5f], read["brain"].ToFloats());
    }

    [Fact]
    public void The_header_starts_the_tensors_at_a_multiple_of_eight()
    {
        using TemporaryFolder folder = new();
        SafetensorsFile.Write(folder.File("m"), [new("name", TensorData.FromFloats([1], 1))]);
        Assert.Equal(0, BinaryPrimitives.ReadInt64LittleEndian(File.ReadAllBytes(folder.File("m"))) % 8);
    }

    [Theory]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"U8","shape":[3],"data_offsets":[7,10]}}""", 10, "overlap")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"U8","shape":[3],"data_offsets":[9,12]}}""", 12, "gap")]
    [InlineData(Good, 12, "1 bytes follow the last tensor")]
    [InlineData(Good, 10, "expected 3 bytes within 10")]
    [InlineData("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", 8, "expected 12 bytes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}""", 8, "impossible shape")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4611686018427387904,4611686018427387904],"data_offsets":[0,0]}}""", 0, "impossible shape")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""", 8, "lies at 8 to 0")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0]}}""", 8, "1 offsets")]
    [InlineData("""{"a":{"dtype":"F4","shape":[2],"data_offsets":[0,8]}}""", 8, "type F4; supported are F32")]
    [InlineData("""{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", 1, "header is not the JSON")]
    [InlineData("""{"a":5}""", 0, "header is not the JSON")]
    [InlineData("not json", 0, "header is not the JSON")]
    public void Files_that_break_the_format_are_refused_with_the_reason(string header, int dataLength, string reason) =>
        Assert.Contains(reason, Refusal(Build(header, dataLength)));

    [Fact]
    public void Header_lengths_beyond_the_file_or_the_limit_are_refused_without_allocating_them()
    {
        long before = GC.GetAllocatedBytesForCurrentThread(); // of this thread: other tests run beside it
        Assert.Contains("at most 100000000", Refusal(Build(Good, 11, claimed: long.MaxValue)));
        Assert.Contains("at most 100000000", Refusal(Build(Good, 11, claimed: -1)));
        Assert.Contains("only", Refusal(Build(Good, 11, claimed: 99_000_000)));
        Assert.Contains("at least 8", Refusal([1, 2, 3]));
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 50_000_000);
    }

    [Fact]
    public void Damaged_files_are_refused_or_read_but_never_fail_otherwise()
    {
        using TemporaryFolder folder = new();
        byte[] whole = Build(Good, 11);
        Random random = new(5);
        for (int i = 0; i < 500; i++)
        {
            byte[] damaged = i % 2 == 0 ? whole[..random.Next(whole.Length)] : [.. whole];
            if (i % 2 == 1) damaged[random.Next(whole.Length)] ^= (byte)(1 << random.Next(8));
            File.WriteAllBytes(folder.File("m"), damaged);
            try
            {
                Assert.Equal(2, SafetensorsFile.Read(folder.File("m")).Count);
            }
            catch (ModelFileException)
            {
            }
        }
    }

    [Theory]
    [InlineData("../model.safetensors")]
    [InlineData("/model.safetensors")]
    [InlineData("sub/model.safetensors")]
    [InlineData("..\\\\model.safetensors")]
    [InlineData("..")]
    [InlineData("")]
    public void Shard_names_that_leave_the_folder_are_refused(string name)
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(folder.File("model.safetensors.index.json"), "{\"weight_map\":{\"a\":\"" + name + "\"}}");
        Assert.Contains("plain name", Assert.Throws<ModelFileException>(() => CheckpointFolder.ReadTensors(folder.Path)).Message);
    }

    [Theory]
    [InlineData("""{"weight_map":{"a":"absent.safetensors"}}""", "not beside it")]
    [InlineData("""{"weight_map":{"a":"s.safetensors"}}""", "does not hold the tensors")]
    [InlineData("""{"weight_map":{"a":"s.safetensors","b":"s.safetensors","c":"s.safetensors"}}""", "does not hold the tensors")]
    [InlineData("""{"weight_map":5}""", "not an index")]
    [InlineData("{}", "not an index")]
    [InlineData("[", "not an index")]
    public void Broken_shard_indices_are_refused_with_the_reason(string index, string reason)
    {
        using TemporaryFolder folder = new();
        File.WriteAllBytes(folder.File("s.safetensors"), Build(Good, 11));
        File.WriteAllText(folder.File("model.safetensors.index.json"), index);
        Assert.Contains(reason, Assert.Throws<ModelFileException>(() => CheckpointFolder.ReadTensors(folder.Path)).Message);
    }

    [Fact]
    public void A_folder_without_weights_or_a_missing_folder_is_refused()
    {
        using TemporaryFolder folder = new();
        Assert.Contains("holds none of model.safetensors", Assert.Throws<ModelFileException>(() => CheckpointFolder.ReadTensors(folder.Path)).Message);
        Assert.Contains("is not there", Assert.Throws<ModelFileException>(() => CheckpointFolder.ReadTensors(folder.File("x"))).Message);
    }
}
