using RctOnnx.Onnx;
using RctOnnx.Weights.PyTorch;

namespace RctOnnx.Weights;

/// <summary>
/// Reads the tensors of files written by <c>torch.save(model.state_dict())</c>: the zip form and the stream of pickles that
/// PyTorch wrote before version 1.6 (<c>torch/serialization.py</c>). A pickle is a program; this reader knows the few steps that
/// build tensors and refuses every other one by name, so that nothing in a file is ever run.
/// </summary>
public static class PyTorchFile
{
    /// <summary>
    /// All tensors by name, views with their strides and offsets in row-major order. Memory is bounded by the size of the file.
    /// Checksums of zip entries are not compared: PyTorch can be told to write none.
    /// </summary>
    /// <exception cref="ModelFileException">
    /// The file is missing or damaged, asks for anything but tensors, holds a whole module, compressed entries, big-endian
    /// numbers or a type that is not supported.
    /// </exception>
    public static IReadOnlyDictionary<string, TensorData> Read(string path)
    {
        try
        {
            using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16);
            Span<byte> start = stackalloc byte[2];
            int length = stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
            stream.Position = 0;
            if (length == 2 && start.SequenceEqual("PK"u8)) return ZipCheckpoint.Read(stream);
            if (length == 2 && start[0] == PickleOpcode.Protocol) return LegacyCheckpoint.Read(stream);
            throw new InvalidDataException("it starts neither as a zip archive nor as a pickle, so that it is no file of torch.save");
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            throw new ModelFileException($"The weights '{path}' are refused, nothing in them was run: {e.Message.TrimEnd('.')}. Fetch the checkpoint again, or save model.state_dict() as safetensors.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelFileException($"The weights '{path}' cannot be read: {e.Message}", e);
        }
    }
}
