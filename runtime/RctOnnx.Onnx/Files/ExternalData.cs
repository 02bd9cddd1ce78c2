using System.Globalization;
using System.Security.Cryptography;
using Google.Protobuf;
using RctOnnx.Onnx.Protobuf;
using DataLocation = RctOnnx.Onnx.Protobuf.TensorProto.Types.DataLocation;

namespace RctOnnx.Onnx;

/// <summary>Weights in a file beside the model: one file, a plain name, the same folder, no links.</summary>
internal static class ExternalData
{
    private const int Alignment = 4096; // a page, so that ONNX Runtime can map the weights instead of reading them
    private const int Block = 1 << 20;
    private const int HashLength = 16; // digits of the name: enough to tell apart the few files that ever lie side by side
    private static readonly string[] KnownKeys = ["location", "offset", "length", "checksum"];

    /// <summary>
    /// Moves all weights of at least a page to a file beside the model; smaller ones stay in the model. The file has a name by its
    /// content, so that an older model of the same name keeps its own weights until the new model stands in its place.
    /// </summary>
    /// <returns>The path of the file.</returns>
    public static string Write(ModelProto model, string modelPath)
    {
        TensorProto[] moved = [.. model.Graph.Initializer.Where(tensor => tensor.RawData.Length >= Alignment)];
        string location = $"{Path.GetFileName(modelPath)}.{HashOf(moved)}.data", dataPath = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(modelPath))!, location);
        AtomicFile.Write(dataPath, stream =>
        {
            foreach (TensorProto tensor in moved)
            {
                long offset = (stream.Position + Alignment - 1) / Alignment * Alignment;
                stream.Position = offset;
                WriteBlocks(stream, tensor.RawData.Span);
                tensor.ExternalData.Add(Entry("location", location));
                tensor.ExternalData.Add(Entry("offset", offset.ToString(CultureInfo.InvariantCulture)));
                tensor.ExternalData.Add(Entry("length", tensor.RawData.Length.ToString(CultureInfo.InvariantCulture)));
                tensor.DataLocation = DataLocation.External;
                tensor.RawData = ByteString.Empty;
            }
            if (stream.Length < stream.Position) stream.SetLength(stream.Position);
        });
        return dataPath;
    }

    /// <summary>Removes the weights of earlier models of this name, of a write that was cut short too. Those that another program holds open stay until the next time.</summary>
    /// <param name="modelPath">The model.</param>
    /// <param name="dataPath">Its own weights, which stay; null where they are inside.</param>
    public static void RemoveOthers(string modelPath, string? dataPath)
    {
        string full = Path.GetFullPath(modelPath), name = Path.GetFileName(full);
        foreach (string file in Directory.EnumerateFiles(Path.GetDirectoryName(full)!))
        {
            if (!IsOwn(Path.GetFileName(file), name) || file == dataPath) continue;
            try
            {
                File.Delete(file);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Windows does not delete what is mapped by a running session.
            }
        }
    }

    private static bool IsOwn(string file, string model) =>
        file.Length == model.Length + HashLength + ".".Length + ".data".Length
        && file.StartsWith(model + ".", StringComparison.Ordinal) && file.EndsWith(".data", StringComparison.Ordinal)
        && file.AsSpan(model.Length + 1, HashLength).IndexOfAnyExcept("0123456789abcdef") < 0;

    private static string HashOf(TensorProto[] tensors)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (TensorProto tensor in tensors) hash.AppendData(tensor.RawData.Span);
        return Convert.ToHexStringLower(hash.GetHashAndReset())[..HashLength];
    }

    /// <summary>The path of the one external file of a model, checked, or null. Throws <see cref="ModelFileException"/>.</summary>
    public static string? Check(ModelProto model, string modelPath)
    {
        string? path = null;
        long total = 0;
        foreach (TensorProto tensor in GraphWalk.Tensors(model))
        {
            if (tensor.ExternalData.Count == 0 && tensor.DataLocation != DataLocation.External) continue;
            if (tensor.DataLocation != DataLocation.External || tensor.RawData.Length > 0)
                throw new ModelFileException($"Weight '{tensor.Name}' says that its bytes lie both inside and outside the model; expected one of the two. Export the model again.");
            string found = Confined(tensor, modelPath);
            if (path is not null && path != found)
                throw new ModelFileException($"The model '{modelPath}' spreads its weights over several files, among them '{Path.GetFileName(path)}' and '{Path.GetFileName(found)}'; expected are all weights in the model or in one file beside it. Join them with the Python package onnx: onnx.save_model(onnx.load(path), path, save_as_external_data=True, all_tensors_to_one_file=True).");
            path = found;
            (long offset, long length) = Range(tensor);
            long size = new FileInfo(found).Length;
            if (length > Array.MaxLength)
                throw new ModelFileException($"Weight '{tensor.Name}' has {length} bytes, expected at most {Array.MaxLength} in one tensor.");
            if (offset > size || length > size - offset)
                throw new ModelFileException($"Weight '{tensor.Name}' lies at {offset} to {offset + length} of '{Path.GetFileName(found)}', which has {size} bytes. Fetch or export the model again.");
            // Many tensors over one range would make a small file fill the memory.
            total += length;
            if (total > size)
                throw new ModelFileException($"The weights up to '{tensor.Name}' share bytes of '{Path.GetFileName(found)}': together they are longer than its {size} bytes. Export the model again.");
        }
        return path;
    }

    /// <summary>The bytes of a checked weight.</summary>
    public static ReadOnlyMemory<byte> Read(TensorProto tensor, string dataPath)
    {
        (long offset, long length) = Range(tensor);
        byte[] bytes = GC.AllocateUninitializedArray<byte>((int)length);
        using FileStream stream = File.OpenRead(dataPath);
        stream.Position = offset;
        stream.ReadExactly(bytes);
        return bytes;
    }

    private static string Confined(TensorProto tensor, string modelPath)
    {
        foreach (StringStringEntryProto entry in tensor.ExternalData)
            if (!KnownKeys.Contains(entry.Key))
                throw new ModelFileException($"Weight '{tensor.Name}' has the external data key '{entry.Key}'; known are {string.Join(", ", KnownKeys)}.");
        // Readers differ in which of two they believe: one checked here and another one opened by ONNX Runtime.
        if (tensor.ExternalData.DistinctBy(entry => entry.Key).Count() != tensor.ExternalData.Count)
            throw new ModelFileException($"Weight '{tensor.Name}' has an external data key twice; expected each of {string.Join(", ", KnownKeys)} at most once.");
        string location = Value(tensor, "location") ?? "";
        if (location.Length == 0 || location is "." or ".." || location.AsSpan().IndexOfAny("/\\:\0") >= 0)
            throw new ModelFileException($"Weight '{tensor.Name}' lies in '{location}'; expected the plain name of a file beside the model.");
        FileInfo file = new(Path.Combine(Path.GetDirectoryName(Path.GetFullPath(modelPath))!, location));
        if (!file.Exists)
            throw new ModelFileException($"The model's weights '{location}' are not beside it. Copy the file into the folder of '{modelPath}'.");
        if (file.LinkTarget is not null || (file.Attributes & FileAttributes.ReparsePoint) != 0)
            throw new ModelFileException($"The model's weights '{location}' are a link; expected a plain file. Copy the file itself.");
        using FileStream open = file.OpenRead();
        if (FileLinks.Count(open.SafeFileHandle) is var links and not 1)
            throw new ModelFileException($"The model's weights '{location}' have {links} hard links, expected 1: they may be another folder's file. Copy the file itself.");
        return file.FullName;
    }

    private static (long Offset, long Length) Range(TensorProto tensor)
    {
        long offset = Number(tensor, "offset") ?? 0;
        long expected = TensorData.ByteCount(TensorTypes.FromOnnx(tensor), [.. tensor.Dims]);
        long length = Number(tensor, "length") ?? expected;
        if (length != expected)
            throw new ModelFileException($"Weight '{tensor.Name}' has {length} external bytes, expected {expected} for its shape [{string.Join(", ", tensor.Dims)}].");
        return (offset, length);
    }

    private static long? Number(TensorProto tensor, string key) => Value(tensor, key) is not { } text
        ? null
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number)
            ? number
            : throw new ModelFileException($"Weight '{tensor.Name}' has the external data {key} '{text}', expected a number.");

    private static string? Value(TensorProto tensor, string key) => tensor.ExternalData.FirstOrDefault(entry => entry.Key == key)?.Value;

    private static StringStringEntryProto Entry(string key, string value) => new() { Key = key, Value = value };

    // Blocks of zeros become holes: nothing to write, nothing on the disk.
    private static void WriteBlocks(Stream stream, ReadOnlySpan<byte> bytes)
    {
        for (int start = 0; start < bytes.Length; start += Block)
        {
            ReadOnlySpan<byte> block = bytes[start..Math.Min(start + Block, bytes.Length)];
            if (block.ContainsAnyExcept((byte)0)) stream.Write(block);
            else stream.Position += block.Length;
        }
    }
}
