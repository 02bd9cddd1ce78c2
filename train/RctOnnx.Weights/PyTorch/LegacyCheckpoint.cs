using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using RctOnnx.Onnx;

namespace RctOnnx.Weights.PyTorch;

/// <summary>
/// The form before PyTorch 1.6: five pickles after one another (magic number, protocol version, properties of the machine, the
/// described object, the order of the storages), then each storage as its number of elements and its bytes.
/// </summary>
internal static class LegacyCheckpoint
{
    private static readonly BigInteger Magic = BigInteger.Parse("1950a86a20f9469cfc6c", NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    private const long Version = 1001;

    public static IReadOnlyDictionary<string, TensorData> Read(FileStream stream)
    {
        if (!Magic.Equals(new PickleMachine(stream).Run())) throw new InvalidDataException("its first pickle is not the magic number of torch.save: it was written by another program");
        object? version = new PickleMachine(stream).Run();
        if (version is not Version) throw new InvalidDataException($"its format version is {version ?? "None"}, supported is {Version}");
        if (new PickleMachine(stream).Run() is not PickleDictionary machineProperties || !machineProperties.Entries.Any(entry => entry is { Key: "little_endian", Value: true }))
            throw new InvalidDataException("it does not say that its numbers are little endian");
        PickleMachine machine = new(stream);
        IReadOnlyList<KeyValuePair<string, StoredView>> views = StateDictionary.Views(machine.Run());
        if (new PickleMachine(stream).Run() is not List<object?> order) throw new InvalidDataException("the order of its storages is not a list");
        Dictionary<string, byte[]> storages = [];
        foreach (object? item in order)
        {
            if (item is not string key || !machine.Storages.TryGetValue(key, out StorageReference? storage))
                throw new InvalidDataException($"it lists a storage '{item ?? "None"}' that no tensor uses");
            if (!storages.TryAdd(key, Bytes(stream, storage))) throw new InvalidDataException($"it lists the storage '{key}' twice");
        }
        if (machine.Storages.Keys.FirstOrDefault(key => !storages.ContainsKey(key)) is { } missing) throw new InvalidDataException($"it has no storage '{missing}', which a tensor uses");
        if (stream.Position != stream.Length) throw new InvalidDataException($"{stream.Length - stream.Position} bytes follow the last storage");
        return StateDictionary.Read(views, storages, stream.Length);
    }

    private static byte[] Bytes(FileStream stream, StorageReference storage)
    {
        Span<byte> number = stackalloc byte[8];
        stream.ReadExactly(number);
        long count = BinaryPrimitives.ReadInt64LittleEndian(number);
        if (count != storage.Count) throw new InvalidDataException($"its storage '{storage.Key}' has {count} elements, expected {storage.Count}");
        if (storage.ByteCount > stream.Length - stream.Position)
            throw new InvalidDataException($"its storage '{storage.Key}' claims {storage.ByteCount} bytes, but only {stream.Length - stream.Position} follow");
        if (storage.ByteCount > Array.MaxLength) throw new InvalidDataException($"its storage '{storage.Key}' has {storage.ByteCount} bytes; {Array.MaxLength} are supported");
        byte[] bytes = new byte[storage.ByteCount];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
