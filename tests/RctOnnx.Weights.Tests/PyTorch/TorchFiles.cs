using System.Buffers.Binary;
using System.IO.Compression;
using RctOnnx.Onnx;
using RctOnnx.Testing;
using Xunit;

namespace RctOnnx.Weights.Tests.PyTorch;

/// <summary>Builds files as torch.save would, and worse ones, and reads them.</summary>
internal static class TorchFiles
{
    public static byte[] Bytes(params float[] values)
    {
        byte[] bytes = new byte[4 * values.Length];
        for (int i = 0; i < values.Length; i++) BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(4 * i), values[i]);
        return bytes;
    }

    /// <summary>The zip form.</summary>
    public static byte[] Zip(byte[] pickle, IReadOnlyDictionary<string, byte[]>? storages = null, string byteOrder = "little", CompressionLevel level = CompressionLevel.NoCompression)
    {
        using MemoryStream stream = new();
        using (ZipArchive archive = new(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            Add("data.pkl", pickle);
            Add("byteorder", System.Text.Encoding.ASCII.GetBytes(byteOrder));
            foreach ((string key, byte[] bytes) in storages ?? new Dictionary<string, byte[]>()) Add("data/" + key, bytes);

            void Add(string name, byte[] bytes)
            {
                using Stream entry = archive.CreateEntry("model/" + name, level).Open();
                entry.Write(bytes);
            }
        }
        return stream.ToArray();
    }

    /// <summary>The form before PyTorch 1.6.</summary>
    public static byte[] Legacy(byte[] pickle, string[] order, params byte[][] storages)
    {
        byte[] magic = [0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, (byte)'.'];
        byte[] properties = PickleWriter.New().Dictionary().Text("little_endian").Raw(0x88).End();
        PickleWriter keys = PickleWriter.New().Op(']').Op('(');
        foreach (string key in order) keys.Text(key);
        List<byte> file = [.. magic, .. PickleWriter.New().Number(1001).Stop(), .. properties, .. pickle, .. keys.Op('e').Stop()];
        foreach (byte[] storage in storages)
        {
            byte[] count = new byte[8];
            BinaryPrimitives.WriteInt64LittleEndian(count, storage.Length / 4);
            file.AddRange(count);
            file.AddRange(storage);
        }
        return [.. file];
    }

    public static IReadOnlyDictionary<string, TensorData> Read(byte[] file)
    {
        using TemporaryFolder folder = new();
        File.WriteAllBytes(folder.File("pytorch_model.bin"), file);
        return PyTorchFile.Read(folder.File("pytorch_model.bin"));
    }

    public static string Refusal(byte[] file)
    {
        string message = Assert.Throws<ModelFileException>(() => Read(file)).Message;
        Assert.Contains("pytorch_model.bin", message);
        return message;
    }
}
