using RctOnnx.Onnx;
using Xunit;

namespace RctOnnx.Weights.Tests.PyTorch;

public class PyTorchFileTests
{
    private static readonly Dictionary<string, byte[]> SixFloats = new() { ["0"] = TorchFiles.Bytes(0, 1, 2, 3, 4, 5) };

    private static byte[] One(long count, long offset, long[] shape, long[] strides) =>
        PickleWriter.New().Dictionary().Text("w").Tensor("0", count, offset, shape, strides).End();

    [Theory]
    [InlineData(new long[] { 2, 3 }, new long[] { 3, 1 }, 0, new float[] { 0, 1, 2, 3, 4, 5 })]
    [InlineData(new long[] { 3, 2 }, new long[] { 1, 3 }, 0, new float[] { 0, 3, 1, 4, 2, 5 })]
    [InlineData(new long[] { 2 }, new long[] { 1 }, 4, new float[] { 4, 5 })]
    [InlineData(new long[] { 2, 2 }, new long[] { 3, 2 }, 0, new float[] { 0, 2, 3, 5 })]
    [InlineData(new long[] { 3, 1, 2 }, new long[] { 1, 99, 3 }, 0, new float[] { 0, 3, 1, 4, 2, 5 })]
    [InlineData(new long[] { 1, 3 }, new long[] { 77, 1 }, 3, new float[] { 3, 4, 5 })]
    [InlineData(new long[] { }, new long[] { }, 5, new float[] { 5 })]
    [InlineData(new long[] { 0, 3 }, new long[] { 3, 1 }, 0, new float[] { })]
    public void Read_honours_strides_and_offsets_in_both_forms(long[] shape, long[] strides, long offset, float[] expected)
    {
        byte[] pickle = One(6, offset, shape, strides);
        foreach (byte[] file in (byte[][])[TorchFiles.Zip(pickle, SixFloats), TorchFiles.Legacy(pickle, ["0"], SixFloats["0"])])
        {
            TensorData tensor = TorchFiles.Read(file)["w"];
            Assert.Equal(shape, tensor.Shape);
            Assert.Equal(expected, tensor.ToFloats());
        }
    }

    [Theory]
    [InlineData("FloatStorage", TensorType.Float32)]
    [InlineData("HalfStorage", TensorType.Float16)]
    [InlineData("BFloat16Storage", TensorType.BFloat16)]
    [InlineData("DoubleStorage", TensorType.Float64)]
    [InlineData("LongStorage", TensorType.Int64)]
    [InlineData("IntStorage", TensorType.Int32)]
    [InlineData("CharStorage", TensorType.Int8)]
    [InlineData("ByteStorage", TensorType.UInt8)]
    [InlineData("BoolStorage", TensorType.Bool)]
    public void Read_transposes_every_element_type(string storage, TensorType type)
    {
        int size = TensorData.SizeOf(type);
        byte[] bytes = [.. Enumerable.Range(1, 4 * size).Select(i => (byte)i)];
        byte[] pickle = PickleWriter.New().Dictionary().Text("w").Tensor("k", 4, 0, [2, 2], [1, 2], storage).End();
        TensorData tensor = TorchFiles.Read(TorchFiles.Zip(pickle, new Dictionary<string, byte[]> { ["k"] = bytes }))["w"];
        Assert.Equal(type, tensor.Type);
        byte[] expected = [.. bytes[..size], .. bytes[(2 * size)..(3 * size)], .. bytes[size..(2 * size)], .. bytes[(3 * size)..]];
        Assert.Equal(expected, tensor.Bytes.ToArray());
    }

    [Fact]
    public void Read_gives_tied_weights_the_same_bytes()
    {
        byte[] pickle = PickleWriter.New().Dictionary()
            .Text("a").Tensor("0", 6, 0, [3, 2], [1, 3])
            .Text("b").Tensor("0", 6, 0, [3, 2], [1, 3])
            .Text("c").Tensor("0", 6, 0, [6], [1]).End();
        IReadOnlyDictionary<string, TensorData> tensors = TorchFiles.Read(TorchFiles.Zip(pickle, SixFloats));
        Assert.Equal(["a", "b", "c"], tensors.Keys.Order());
        Assert.Same(tensors["a"], tensors["b"]);
        Assert.Equal([0, 1, 2, 3, 4, 5], tensors["c"].ToFloats());
    }

    [Fact]
    public void Read_takes_parameters_metadata_and_the_pairs_of_python_2()
    {
        PickleWriter writer = PickleWriter.New().Global("collections", "OrderedDict").Op(']').Op('(')
            .Op(']').Op('(').Raw((byte)'U', 1, (byte)'w')
            .Global("torch._utils", "_rebuild_parameter").Op('(').Tensor("0", 6, 1, [2], [1]).Raw(0x88).Global("collections", "OrderedDict").Op(')').Op('R').Op('t').Op('R')
            .Op('e').Op('e').Raw(0x85).Op('R');
        byte[] pickle = writer.Op('}').Op('(').Text("_metadata").Global("collections", "OrderedDict").Op(')').Op('R').Op('u').Op('b').Stop();
        Assert.Equal([1, 2], TorchFiles.Read(TorchFiles.Zip(pickle, SixFloats))["w"].ToFloats());
    }

    [Fact]
    public void Missing_and_unreadable_files_are_named()
    {
        Assert.Contains("nowhere.bin", Assert.Throws<ModelFileException>(() => PyTorchFile.Read("nowhere.bin")).Message);
        Assert.Contains("cannot be read", Assert.Throws<ModelFileException>(() => PyTorchFile.Read(Path.GetTempPath())).Message);
    }
}
