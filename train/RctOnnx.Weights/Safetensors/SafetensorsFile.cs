using System.Buffers.Binary;
using System.Text.Json;
using RctOnnx.Onnx;

namespace RctOnnx.Weights;

/// <summary>
/// Reads and writes <c>.safetensors</c> files: 8 bytes of header length, a JSON header, then the tensors back to back
/// (Hugging Face safetensors format). Needs no model.
/// </summary>
public static class SafetensorsFile
{
    private const int LargestHeader = 100_000_000;

    private static readonly Dictionary<string, TensorType> Types = new()
    {
        ["F32"] = TensorType.Float32,
        ["F16"] = TensorType.Float16,
        ["BF16"] = TensorType.BFloat16,
        ["F64"] = TensorType.Float64,
        ["I64"] = TensorType.Int64,
        ["I32"] = TensorType.Int32,
        ["I8"] = TensorType.Int8,
        ["U8"] = TensorType.UInt8,
        ["BOOL"] = TensorType.Bool,
    };

    private sealed record Entry(string Name, TensorType Type, long[] Shape, long Start, long End);

    /// <summary>All tensors by name. Memory is bounded by the size of the file: nothing is allocated on the word of a header.</summary>
    /// <exception cref="ModelFileException">
    /// The file is missing or breaks the format: header too long or no JSON, duplicate names, gaps, overlaps, bytes left over,
    /// an unknown type, or a size that is not shape × type.
    /// </exception>
    public static IReadOnlyDictionary<string, TensorData> Read(string path) => Read(path, out _);

    /// <summary>All tensors by name, and the free-form metadata of the header.</summary>
    /// <inheritdoc cref="Read(string)"/>
    public static IReadOnlyDictionary<string, TensorData> Read(string path, out IReadOnlyDictionary<string, string> metadata)
    {
        try
        {
            using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16);
            List<Entry> entries = ReadHeader(stream, path, out metadata);
            Dictionary<string, TensorData> tensors = [];
            foreach (Entry entry in entries)
            {
                if (entry.End - entry.Start > Array.MaxLength) throw Broken(path, $"tensor '{entry.Name}' has {entry.End - entry.Start} bytes; {Array.MaxLength} are supported");
                byte[] bytes = new byte[entry.End - entry.Start];
                stream.ReadExactly(bytes);
                tensors.Add(entry.Name, new TensorData(entry.Type, entry.Shape, bytes));
            }
            return tensors;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelFileException($"The weights '{path}' cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Writes tensors in the given order, whole or not at all.</summary>
    /// <exception cref="OutputException">The file cannot be written.</exception>
    public static void Write(string path, IEnumerable<KeyValuePair<string, TensorData>> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        List<KeyValuePair<string, TensorData>> list = [.. tensors];
        byte[] header = Header(list, metadata);
        AtomicFile.Write(path, stream =>
        {
            Span<byte> length = stackalloc byte[8];
            BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
            stream.Write(length);
            stream.Write(header);
            foreach ((_, TensorData tensor) in list) stream.Write(tensor.Bytes.Span);
        });
    }

    private static byte[] Header(List<KeyValuePair<string, TensorData>> tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter json = new(stream))
        {
            json.WriteStartObject();
            if (metadata is { Count: > 0 })
            {
                json.WriteStartObject("__metadata__");
                foreach ((string key, string value) in metadata) json.WriteString(key, value);
                json.WriteEndObject();
            }
            long offset = 0;
            foreach ((string name, TensorData tensor) in tensors)
            {
                json.WriteStartObject(name);
                json.WriteString("dtype", Types.First(pair => pair.Value == tensor.Type).Key);
                json.WriteStartArray("shape");
                foreach (long extent in tensor.Shape) json.WriteNumberValue(extent);
                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(offset);
                json.WriteNumberValue(offset += tensor.Bytes.Length);
                json.WriteEndArray();
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        // Spaces up to a multiple of eight, so that the tensors start aligned, as the reference writer does.
        while (stream.Length % 8 != 0) stream.WriteByte((byte)' ');
        return stream.ToArray();
    }

    private static List<Entry> ReadHeader(FileStream stream, string path, out IReadOnlyDictionary<string, string> metadata)
    {
        long size = stream.Length;
        if (size < 8) throw Broken(path, $"it has {size} bytes, a safetensors file has at least 8");
        Span<byte> lengthBytes = stackalloc byte[8];
        stream.ReadExactly(lengthBytes);
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(lengthBytes);
        if (length > LargestHeader) throw Broken(path, $"its header claims {length} bytes, at most {LargestHeader} are allowed");
        if ((long)length > size - 8) throw Broken(path, $"its header claims {length} bytes, but only {size - 8} follow");
        byte[] header = new byte[length];
        stream.ReadExactly(header);
        try
        {
            using JsonDocument document = JsonDocument.Parse(header, new JsonDocumentOptions { MaxDepth = 8, AllowDuplicateProperties = false });
            return Entries(document.RootElement, size - 8 - (long)length, path, out metadata);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or KeyNotFoundException)
        {
            throw Broken(path, $"its header is not the JSON of a safetensors file ({e.Message})");
        }
    }

    private static List<Entry> Entries(JsonElement root, long dataLength, string path, out IReadOnlyDictionary<string, string> metadata)
    {
        Dictionary<string, string> notes = [];
        List<Entry> entries = [];
        foreach (JsonProperty property in root.EnumerateObject())
        {
            if (property.Name == "__metadata__")
            {
                foreach (JsonProperty note in property.Value.EnumerateObject()) notes[note.Name] = note.Value.GetString() ?? "";
                continue;
            }
            string? typeName = property.Value.GetProperty("dtype").GetString();
            if (typeName is null || !Types.TryGetValue(typeName, out TensorType type))
                throw Broken(path, $"tensor '{property.Name}' has the type {typeName}; supported are {string.Join(", ", Types.Keys)}");
            long[] shape = [.. property.Value.GetProperty("shape").EnumerateArray().Select(extent => extent.GetInt64())];
            long[] offsets = [.. property.Value.GetProperty("data_offsets").EnumerateArray().Select(offset => offset.GetInt64())];
            if (offsets.Length != 2) throw Broken(path, $"tensor '{property.Name}' has {offsets.Length} offsets, expected 2");
            long expected = TensorData.ByteCount(type, shape);
            if (offsets[0] < 0 || offsets[1] < offsets[0] || offsets[1] > dataLength || offsets[1] - offsets[0] != expected)
                throw Broken(path, $"tensor '{property.Name}' of type {typeName} and shape [{string.Join(", ", shape)}] lies at {offsets[0]} to {offsets[1]}, expected {expected} bytes within {dataLength}");
            entries.Add(new Entry(property.Name, type, shape, offsets[0], offsets[1]));
        }
        entries = [.. entries.OrderBy(entry => entry.Start).ThenBy(entry => entry.End)];
        long end = 0;
        foreach (Entry entry in entries)
        {
            if (entry.Start != end) throw Broken(path, $"tensor '{entry.Name}' starts at {entry.Start}, expected {end}: a {(entry.Start < end ? "overlap" : "gap")}");
            end = entry.End;
        }
        if (end != dataLength) throw Broken(path, $"{dataLength - end} bytes follow the last tensor");
        metadata = notes;
        return entries;
    }

    private static ModelFileException Broken(string path, string fault) => new($"The weights '{path}' are refused: {fault}. Fetch or save the checkpoint again.");
}
