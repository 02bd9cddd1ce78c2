using System.IO.Compression;
using System.Text;
using RctOnnx.Onnx;

namespace RctOnnx.Weights.PyTorch;

/// <summary>The zip form: <c>NAME/data.pkl</c> describes the tensors, <c>NAME/data/KEY</c> are the storages, uncompressed.</summary>
internal static class ZipCheckpoint
{
    private const string Description = "/data.pkl";

    public static IReadOnlyDictionary<string, TensorData> Read(FileStream stream)
    {
        using ZipArchive archive = new(stream, ZipArchiveMode.Read, leaveOpen: true, Encoding.UTF8);
        Dictionary<string, ZipArchiveEntry> entries = [];
        foreach (ZipArchiveEntry entry in archive.Entries)
            if (!entries.TryAdd(entry.FullName, entry)) throw new InvalidDataException($"it holds the entry '{entry.FullName}' twice");
        string[] roots = [.. entries.Keys.Where(name => name.EndsWith(Description, StringComparison.Ordinal)).Select(name => name[..^Description.Length])];
        if (roots is not [string root])
            throw new InvalidDataException($"it holds {roots.Length} entries named 'data.pkl', expected one: it is no file of torch.save");
        long left = stream.Length;
        if (entries.TryGetValue(root + "/byteorder", out ZipArchiveEntry? order) && Encoding.ASCII.GetString(Bytes(order)) is var found and not "little")
            throw new InvalidDataException($"its byte order is '{found}', supported is 'little'");
        using MemoryStream pickle = new(Bytes(entries[root + Description]), writable: false);
        PickleMachine machine = new(pickle);
        IReadOnlyList<KeyValuePair<string, StoredView>> views = StateDictionary.Views(machine.Run());
        Dictionary<string, byte[]> storages = [];
        foreach (StorageReference storage in views.Select(view => view.Value.Storage).Distinct())
        {
            string name = $"{root}/data/{storage.Key}";
            if (!entries.TryGetValue(name, out ZipArchiveEntry? entry)) throw new InvalidDataException($"it has no entry '{name}', where the storage of a tensor should lie");
            if (entry.Length != storage.ByteCount)
                throw new InvalidDataException($"its entry '{name}' has {entry.Length} bytes, expected {storage.ByteCount} for {storage.Count} x {storage.Type}");
            storages.Add(storage.Key, Bytes(entry));
        }
        return StateDictionary.Read(views, storages, stream.Length);

        // Entries are stored as they are, so that together they cannot be longer than the file unless they overlap.
        byte[] Bytes(ZipArchiveEntry entry)
        {
            if (entry.IsEncrypted || entry.CompressedLength != entry.Length)
                throw new InvalidDataException($"its entry '{entry.FullName}' is compressed or encrypted ({entry.CompressedLength} bytes for {entry.Length}); torch.save stores entries as they are");
            if (entry.Length > left) throw new InvalidDataException($"its entry '{entry.FullName}' claims {entry.Length} bytes, more than the file has left");
            if (entry.Length > Array.MaxLength) throw new InvalidDataException($"its entry '{entry.FullName}' has {entry.Length} bytes; {Array.MaxLength} are supported");
            left -= entry.Length;
            byte[] bytes = new byte[entry.Length];
            using Stream content = entry.Open();
            content.ReadExactly(bytes);
            return bytes;
        }
    }
}
