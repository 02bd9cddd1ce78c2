using Google.Protobuf;
using RctOnnx.Onnx.Protobuf;

namespace RctOnnx.Onnx;

/// <summary>
/// Reads an ONNX file in the memory of its weights, or of none: the bytes of each weight go straight into an array of their own,
/// or are passed over. The parser of the library, which takes all the rest, would hold every weight twice while it reads.
/// </summary>
internal sealed class ModelScan
{
    private const int DeepestNesting = 64;
    private const int GraphField = 7, MetadataField = 14, InitializerField = 5, RawDataField = 9; // of onnx.proto
    private const int LengthDelimited = 2;

    private readonly Stream _stream;
    private readonly long _fileLength;
    private readonly List<(long Start, long End)> _graphs = [], _entries = [];
    private readonly Dictionary<TensorProto, long> _passedOver = new(ReferenceEqualityComparer.Instance);

    /// <summary>Reads everything but the graph.</summary>
    /// <exception cref="InvalidDataException">The bytes are not those of an ONNX model.</exception>
    /// <exception cref="InvalidProtocolBufferException">Neither are they.</exception>
    public ModelScan(Stream stream)
    {
        (_stream, _fileLength) = (stream, stream.Length);
        MemoryStream rest = new();
        while (_stream.Position < _fileLength)
        {
            long start = _stream.Position;
            ulong tag = ReadVarint(_fileLength);
            if (IsField(tag, GraphField))
            {
                long end = ReadEnd(_fileLength);
                _graphs.Add((_stream.Position, end));
                _stream.Position = end;
                continue;
            }
            CopyField(tag, _fileLength, rest);
            if (IsField(tag, MetadataField)) _entries.Add((start, _stream.Position));
        }
        Model = Parse(ModelProto.Parser, rest, DeepestNesting);
    }

    /// <summary>The model; the graph is there after <see cref="ReadGraph"/>.</summary>
    public ModelProto Model { get; }

    /// <summary>Where the metadata entry of that key lies in the file; an empty range where there is none.</summary>
    public (long Start, long End) RangeOf(string key)
    {
        for (int i = 0; i < _entries.Count; i++)
            if (Model.MetadataProps[i].Key == key) return _entries[i];
        return (_fileLength, _fileLength);
    }

    /// <summary>Reads the graph into <see cref="Model"/>; null where the file has none.</summary>
    /// <param name="keepWeights">Whether the bytes of its weights are read or passed over.</param>
    /// <exception cref="InvalidDataException">The bytes are not those of an ONNX model.</exception>
    /// <exception cref="InvalidProtocolBufferException">Neither are they.</exception>
    public GraphProto? ReadGraph(bool keepWeights)
    {
        if (_graphs.Count == 0) return null;
        MemoryStream rest = new();
        List<TensorProto> initializers = [];
        foreach ((long start, long end) in _graphs) // a second one continues the first, as protobuf has it
        {
            _stream.Position = start;
            while (_stream.Position < end)
            {
                ulong tag = ReadVarint(end);
                if (IsField(tag, InitializerField)) initializers.Add(ReadTensor(ReadEnd(end), keepWeights));
                else CopyField(tag, end, rest);
            }
        }
        Model.Graph = Parse(GraphProto.Parser, rest, DeepestNesting - 1);
        Model.Graph.Initializer.Add(initializers);
        return Model.Graph;
    }

    /// <summary>Number of raw bytes of a tensor, read or passed over.</summary>
    public long RawByteCount(TensorProto tensor) => _passedOver.TryGetValue(tensor, out long count) ? count : tensor.RawData.Length;

    private TensorProto ReadTensor(long end, bool keep)
    {
        MemoryStream rest = new();
        long count = 0;
        byte[]? bytes = null;
        while (_stream.Position < end)
        {
            ulong tag = ReadVarint(end);
            if (!IsField(tag, RawDataField))
            {
                CopyField(tag, end, rest);
                continue;
            }
            long last = ReadEnd(end);
            count = last - _stream.Position;
            if (keep) _stream.ReadExactly(bytes = GC.AllocateUninitializedArray<byte>((int)count));
            else _stream.Position = last;
        }
        TensorProto tensor = Parse(TensorProto.Parser, rest, DeepestNesting - 2);
        if (bytes is not null) tensor.RawData = UnsafeByteOperations.UnsafeWrap(bytes);
        else if (count > 0) _passedOver.Add(tensor, count);
        return tensor;
    }

    private static bool IsField(ulong tag, int number) => tag == ((ulong)number << 3 | LengthDelimited);

    private void CopyField(ulong tag, long end, MemoryStream target)
    {
        WriteVarint(tag, target);
        switch (tag & 7)
        {
            case 0:
                WriteVarint(ReadVarint(end), target);
                return;
            case 1:
                Copy(sizeof(long), end, target);
                return;
            case LengthDelimited:
                long length = ReadEnd(end) - _stream.Position;
                WriteVarint((ulong)length, target);
                Copy(length, end, target);
                return;
            case 5:
                Copy(sizeof(int), end, target);
                return;
            default:
                throw new InvalidDataException($"a field of the wire type {tag & 7} at byte {_stream.Position}");
        }
    }

    // The space is taken when the bytes are known to be there: a length can say anything.
    private void Copy(long count, long end, MemoryStream target)
    {
        if (count > end - _stream.Position) throw Truncated(end);
        int at = (int)target.Length;
        target.SetLength(at + count);
        _stream.ReadExactly(target.GetBuffer().AsSpan(at, (int)count));
        target.Position = at + count;
    }

    /// <summary>Reads a length and gives the position behind the field.</summary>
    private long ReadEnd(long limit)
    {
        ulong length = ReadVarint(limit);
        if (length > (ulong)(limit - _stream.Position)) throw Truncated(limit);
        return _stream.Position + (long)length;
    }

    private ulong ReadVarint(long limit)
    {
        ulong value = 0;
        for (int shift = 0; shift < 70; shift += 7)
        {
            int next = _stream.Position < limit ? _stream.ReadByte() : -1;
            if (next < 0) throw Truncated(limit);
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80) return value;
        }
        throw new InvalidDataException($"a number of more than 10 bytes at byte {_stream.Position}");
    }

    private static void WriteVarint(ulong value, MemoryStream target)
    {
        for (; value >= 0x80; value >>= 7) target.WriteByte((byte)(value | 0x80));
        target.WriteByte((byte)value);
    }

    private static T Parse<T>(MessageParser<T> parser, MemoryStream bytes, int nesting)
        where T : IMessage<T>
    {
        bytes.Position = 0;
        using CodedInputStream input = CodedInputStream.CreateWithLimits(bytes, int.MaxValue, nesting);
        return parser.ParseFrom(input);
    }

    private static InvalidDataException Truncated(long limit) => new($"a field that goes beyond byte {limit}, where its parent ends");
}
