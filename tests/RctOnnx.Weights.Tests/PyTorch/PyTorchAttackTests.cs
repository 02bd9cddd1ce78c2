using System.IO.Compression;
using RctOnnx.Testing;
using Xunit;

namespace RctOnnx.Weights.Tests.PyTorch;

public class PyTorchAttackTests
{
    private static readonly Dictionary<string, byte[]> SixFloats = new() { ["0"] = TorchFiles.Bytes(0, 1, 2, 3, 4, 5) };

    private static byte[] Good { get; } = TorchFiles.Zip(Tensor(6, 0, [2, 3], [3, 1]), SixFloats);

    private static byte[] GoodLegacy { get; } = TorchFiles.Legacy(Tensor(6, 0, [2, 3], [3, 1]), ["0"], SixFloats["0"]);

    private static byte[] Tensor(long count, long offset, long[] shape, long[] strides) =>
        PickleWriter.New().Dictionary().Text("w").Tensor("0", count, offset, shape, strides).End();

    private static string RefusalOf(byte[] pickle) => TorchFiles.Refusal(TorchFiles.Zip(pickle, SixFloats));

    [Theory]
    [InlineData("posix", "system", "it asks for 'posix.system', which weights have no need of")]
    [InlineData("builtins", "eval", "builtins.eval")]
    [InlineData("torch", "load", "torch.load")]
    [InlineData("torch", "ShortStorage", "torch.ShortStorage")]
    [InlineData("torch.nn.modules.linear", "Linear", "whole module")]
    [InlineData("__torch__.module", "Model", "whole module")]
    public void A_name_outside_of_the_list_is_refused_by_name_before_it_is_called(string module, string name, string expected)
    {
        using TemporaryFolder folder = new();
        string marker = folder.File("marker");
        byte[] pickle = PickleWriter.New().Dictionary().Text("w").Global(module, name).Text($"touch '{marker}'").Raw(0x85).Op('R').End();
        Assert.Contains(expected, RefusalOf(pickle));
        Assert.Contains(expected, TorchFiles.Refusal(TorchFiles.Legacy(pickle, [])));
        Assert.False(File.Exists(marker));
    }

    [Theory]
    [InlineData('i')]
    [InlineData('o')]
    [InlineData(0x81)] // NEWOBJ
    [InlineData(0x82)] // EXT1
    [InlineData(0x93)] // STACK_GLOBAL
    [InlineData('P')]
    public void An_operation_that_weights_do_not_need_is_refused(int opcode) =>
        Assert.Contains($"0x{opcode:x2}", RefusalOf(PickleWriter.New().Op(')').Raw((byte)opcode).Stop()));

    [Fact]
    public void Stack_memo_and_marks_out_of_range_are_refused()
    {
        Assert.Contains("recalls number 7", RefusalOf(PickleWriter.New().Op('h').Raw(7).Stop()));
        Assert.Contains("recalls number 4294967295", RefusalOf(PickleWriter.New().Op('j').Raw(255, 255, 255, 255).Stop()));
        foreach (string program in (string[])[".", "s.", "t.", "R.", "Q.", "}u.", "}(Nu.", "(.", "N(R.", "q\u0001.", "b.", "a.", "]Ns."])
            Assert.NotEmpty(RefusalOf(PickleWriter.New().Raw([.. program.Select(c => (byte)c)]).Stop()));
    }

    [Theory]
    [InlineData(7, 0, new long[] { 2, 3 }, new long[] { 3, 1 }, "has 24 bytes, expected 28")]
    [InlineData(6, 1, new long[] { 2, 3 }, new long[] { 3, 1 }, "reaches beyond the 6 elements")]
    [InlineData(6, 0, new long[] { 2, 3 }, new long[] { 4, 1 }, "reaches beyond the 6 elements")]
    [InlineData(6, 0, new long[] { 2 }, new long[] { long.MaxValue }, "reaches beyond")]
    [InlineData(6, 0, new long[] { long.MaxValue, long.MaxValue, long.MaxValue }, new long[] { long.MaxValue, long.MaxValue, long.MaxValue }, "reaches beyond")]
    [InlineData(6, long.MaxValue, new long[] { 2 }, new long[] { 1 }, "reaches beyond")]
    [InlineData(6, 0, new long[] { 1_000_000_000, 1_000_000_000 }, new long[] { 0, 0 }, "repeats elements")]
    [InlineData(6, 0, new long[] { -2, 3 }, new long[] { 3, 1 }, "negative")]
    [InlineData(6, 0, new long[] { 2, 3 }, new long[] { -3, 1 }, "negative")]
    [InlineData(6, -1, new long[] { 2 }, new long[] { 1 }, "negative")]
    [InlineData(6, 0, new long[] { 2, 3 }, new long[] { 1 }, "2 sizes and 1 strides")]
    [InlineData(-6, 0, new long[] { 2 }, new long[] { 1 }, "names a storage")]
    [InlineData(long.MaxValue, 0, new long[] { 2 }, new long[] { 1 }, "claims 9223372036854775807 elements")]
    [InlineData(1L << 40, 0, new long[] { 2 }, new long[] { 1 }, "has 24 bytes, expected 4398046511104")]
    public void A_view_that_its_storage_does_not_hold_is_refused(long count, long offset, long[] shape, long[] strides, string expected)
    {
        Assert.Contains(expected, RefusalOf(Tensor(count, offset, shape, strides)));
        Assert.NotEmpty(TorchFiles.Refusal(TorchFiles.Legacy(Tensor(count, offset, shape, strides), ["0"], SixFloats["0"])));
    }

    [Fact]
    public void Storages_that_do_not_fit_their_description_are_refused()
    {
        byte[] pickle = Tensor(6, 0, [6], [1]);
        Assert.Contains("no entry 'model/data/0'", TorchFiles.Refusal(TorchFiles.Zip(pickle)));
        Assert.Contains("no storage '0'", TorchFiles.Refusal(TorchFiles.Legacy(pickle, [])));
        Assert.Contains("'1' that no tensor uses", TorchFiles.Refusal(TorchFiles.Legacy(pickle, ["1"], SixFloats["0"])));
        Assert.Contains("twice", TorchFiles.Refusal(TorchFiles.Legacy(pickle, ["0", "0"], SixFloats["0"], SixFloats["0"])));
        Assert.Contains("has 5 elements, expected 6", TorchFiles.Refusal(TorchFiles.Legacy(pickle, ["0"], TorchFiles.Bytes(1, 2, 3, 4, 5))));
        Assert.Contains("bytes follow the last storage", TorchFiles.Refusal([.. GoodLegacy, 1, 2]));
        byte[] twoTypes = PickleWriter.New().Dictionary().Text("a").Tensor("0", 6, 0, [6], [1]).Text("b").Tensor("0", 12, 0, [6], [1], "HalfStorage").End();
        Assert.Contains("in two ways", RefusalOf(twoTypes));
    }

    [Fact]
    public void What_is_no_dictionary_of_tensors_is_refused()
    {
        Assert.Contains("a list, expected a dictionary of tensors", RefusalOf(PickleWriter.New().Op(']').Stop()));
        Assert.Contains("'epoch' is a number", RefusalOf(PickleWriter.New().Dictionary().Text("epoch").Number(3).End()));
        Assert.Contains("'model' is a dictionary", RefusalOf(PickleWriter.New().Dictionary().Text("model").Op('}').End()));
        Assert.Contains("key of its dictionary is a number", RefusalOf(PickleWriter.New().Dictionary().Number(1).Tensor("0", 6, 0, [6], [1]).End()));
        Assert.Contains("'w' twice", RefusalOf(PickleWriter.New().Dictionary().Text("w").Tensor("0", 6, 0, [6], [1]).Text("w").Tensor("0", 6, 0, [6], [1]).End()));
        Assert.Contains("protocol 4", RefusalOf([0x80, 4, (byte)'N', (byte)'.']));
        Assert.Contains("17 dimensions", RefusalOf(Tensor(6, 0, new long[17], new long[17])));
    }

    [Fact]
    public void Deep_nesting_and_endless_lists_end_in_a_refusal_and_not_in_a_crash()
    {
        byte[] nested = [0x80, 2, (byte)'N', .. Enumerable.Repeat((byte)0x85, 1_000_000), (byte)'.'];
        Assert.Contains("a tuple", RefusalOf(nested));
        byte[] marks = [0x80, 2, .. Enumerable.Repeat((byte)'(', 1_000_000), (byte)'.'];
        Assert.NotEmpty(RefusalOf(marks));
        byte[] objects = [0x80, 2, .. Enumerable.Repeat((byte)']', 4_100_000), (byte)'.'];
        Assert.Contains("more than 4000000 objects", RefusalOf(objects));
        // A list that holds itself.
        Assert.Contains("a list", RefusalOf(PickleWriter.New().Op(']').Op('q').Raw(0).Op('h').Raw(0).Op('a').Stop()));
        Assert.Contains("claims 4294967295 bytes", RefusalOf(PickleWriter.New().Op('X').Raw(255, 255, 255, 255).Stop()));
        Assert.Contains("more than 256 characters", RefusalOf([0x80, 2, (byte)'c', .. Enumerable.Repeat((byte)'a', 1000), (byte)'.']));
    }

    [Fact]
    public void One_storage_copied_over_and_over_is_refused()
    {
        PickleWriter writer = PickleWriter.New().Dictionary();
        byte[] storage = new byte[4 * 300_000];
        for (int i = 0; i < 300; i++) writer.Text($"w{i}").Tensor("0", 300_000, i, [1000, 290], [1, 1000]);
        Assert.Contains("more than 4 times", TorchFiles.Refusal(TorchFiles.Zip(writer.End(), new Dictionary<string, byte[]> { ["0"] = storage })));
    }

    [Fact]
    public void Compressed_and_big_endian_archives_are_refused()
    {
        byte[] pickle = Tensor(6, 0, [6], [1]);
        Assert.Contains("is compressed", TorchFiles.Refusal(TorchFiles.Zip(pickle, SixFloats, level: CompressionLevel.Optimal)));
        Assert.Contains("byte order is 'big'", TorchFiles.Refusal(TorchFiles.Zip(pickle, SixFloats, byteOrder: "big")));
        Assert.Contains("neither as a zip archive", TorchFiles.Refusal("hello"u8.ToArray()));
        Assert.Contains("neither as a zip archive", TorchFiles.Refusal([]));
        Assert.Contains("magic number", TorchFiles.Refusal(PickleWriter.New().Number(5).Stop()));
    }

    [Fact]
    public void Every_truncation_is_refused()
    {
        foreach (byte[] file in (byte[][])[Good, GoodLegacy])
            for (int length = 0; length < file.Length; length++) TorchFiles.Refusal(file[..length]);
    }

    [Fact]
    public void Any_changed_byte_ends_in_tensors_or_in_a_refusal()
    {
        using TemporaryFolder folder = new();
        string path = folder.File("pytorch_model.bin");
        Random random = new(11);
        int refused = 0;
        foreach (byte[] file in (byte[][])[Good, GoodLegacy])
            for (int i = 0; i < file.Length; i++)
            {
                byte[] changed = [.. file];
                changed[i] ^= (byte)random.Next(1, 256);
                File.WriteAllBytes(path, changed);
                try
                {
                    PyTorchFile.Read(path);
                }
                catch (ModelFileException)
                {
                    refused++;
                }
            }
        Assert.True(refused > 100, $"only {refused} were refused");
    }
}
