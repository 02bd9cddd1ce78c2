using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace RctOnnx.Weights.PyTorch;

/// <summary>
/// Runs one pickle that builds dictionaries, lists, tuples, numbers, strings and descriptions of tensors, and nothing else. A loop
/// over a stack of its own: nesting costs no call depth. Every byte and every object counts against a limit.
/// </summary>
/// <param name="stream">Stands after the last byte of the pickle when <see cref="Run"/> returns.</param>
internal sealed class PickleMachine(Stream stream)
{
    // A checkpoint of a thousand tensors takes about 50,000 operations and 200 kB.
    private const int MostBytes = 32 << 20;
    private const int MostObjects = 4_000_000;
    private const int LongestName = 256;

    private readonly List<object?> _stack = [];
    private readonly List<int> _marks = [];
    private readonly Dictionary<uint, object?> _memo = [];
    private readonly byte[] _number = new byte[8];
    private int _bytes, _objects;

    /// <summary>The storages that the pickle named, by key.</summary>
    public Dictionary<string, StorageReference> Storages { get; } = [];

    /// <summary>The object that the pickle describes.</summary>
    /// <exception cref="InvalidDataException">An opcode or a name outside of the lists, a broken pickle, or a limit.</exception>
    public object? Run()
    {
        while (true)
        {
            Charge(1);
            byte opcode = Byte();
            if (opcode == PickleOpcode.Stop) return Pop();
            Step(opcode);
        }
    }

    /// <summary>What an object is, in words for a message.</summary>
    public static string Describe(object? value) => value switch
    {
        null => "None",
        bool => "a truth value",
        long or BigInteger or double => "a number",
        string => "a text",
        object?[] => "a tuple",
        List<object?> => "a list",
        PickleDictionary => "a dictionary",
        PickleGlobal global => $"the name {global.Name}",
        StorageReference => "a storage",
        _ => "a tensor",
    };

    private void Step(byte opcode)
    {
        switch (opcode)
        {
            case PickleOpcode.Protocol:
                byte version = Byte();
                if (version != 2) throw new InvalidDataException($"its pickle has the protocol {version}; supported is 2, the one that torch.save takes unless told otherwise");
                break;
            case PickleOpcode.None: Push(null); break;
            case PickleOpcode.True: Push(true); break;
            case PickleOpcode.False: Push(false); break;
            case PickleOpcode.Int8: Push((long)Byte()); break;
            case PickleOpcode.Int16: Push((long)BinaryPrimitives.ReadUInt16LittleEndian(Number(2))); break;
            case PickleOpcode.Int32: Push((long)BinaryPrimitives.ReadInt32LittleEndian(Number(4))); break;
            case PickleOpcode.Float: Push(BinaryPrimitives.ReadDoubleBigEndian(Number(8))); break;
            case PickleOpcode.Long: Push(Integer(Bytes(Byte()))); break;
            case PickleOpcode.ShortString: Push(Text(Byte())); break;
            case PickleOpcode.String:
            case PickleOpcode.Unicode: Push(Text(BinaryPrimitives.ReadUInt32LittleEndian(Number(4)))); break;
            case PickleOpcode.Mark: _marks.Add(_stack.Count); break;
            case PickleOpcode.EmptyTuple: Push(Array.Empty<object?>()); break;
            case PickleOpcode.Tuple1: Push(PopMany(1)); break;
            case PickleOpcode.Tuple2: Push(PopMany(2)); break;
            case PickleOpcode.Tuple3: Push(PopMany(3)); break;
            case PickleOpcode.Tuple: Push(PopToMark()); break;
            case PickleOpcode.EmptyList: Push(new List<object?>()); break;
            case PickleOpcode.Append: Append(PopMany(1)); break;
            case PickleOpcode.Appends: Append(PopToMark()); break;
            case PickleOpcode.EmptyDictionary: Push(new PickleDictionary()); break;
            case PickleOpcode.SetItem: SetItems(PopMany(2)); break;
            case PickleOpcode.SetItems: SetItems(PopToMark()); break;
            case PickleOpcode.Put: _memo[Byte()] = Top(); break;
            case PickleOpcode.LongPut: _memo[BinaryPrimitives.ReadUInt32LittleEndian(Number(4))] = Top(); break;
            case PickleOpcode.Get: Push(Recall(Byte())); break;
            case PickleOpcode.LongGet: Push(Recall(BinaryPrimitives.ReadUInt32LittleEndian(Number(4)))); break;
            case PickleOpcode.Global: Push(PickleGlobal.Find(Line(), Line())); break;
            case PickleOpcode.PersistentId: Push(Storage(Pop())); break;
            case PickleOpcode.Reduce: Push(Reduce()); break;
            case PickleOpcode.Build: Build(); break;
            default: throw new InvalidDataException($"its pickle holds the operation 0x{opcode:x2} at byte {_bytes - 1}, which weights have no need of");
        }
    }

    private object Reduce()
    {
        object?[] arguments = Expect<object?[]>(Pop(), "the arguments of a call");
        PickleGlobal callee = Expect<PickleGlobal>(Pop(), "what is called");
        return (callee.Name, arguments) switch
        {
            (PickleGlobal.OrderedDictionary, []) => new PickleDictionary(),
            (PickleGlobal.OrderedDictionary, [List<object?> pairs]) => FromPairs(pairs),
            (PickleGlobal.RebuildTensor or PickleGlobal.RebuildTensor2, [StorageReference storage, long offset, object?[] shape, object?[] strides, ..]) =>
                new StoredView(storage, offset, Extents(shape), Extents(strides)),
            (PickleGlobal.RebuildParameter, [StoredView view, ..]) => view,
            _ => throw new InvalidDataException($"it calls {callee.Name} with {string.Join(", ", arguments.Take(8).Select(Describe))}, which is not how PyTorch saves tensors"),
        };
    }

    // Python 2 wrote ordered dictionaries as a list of pairs.
    private PickleDictionary FromPairs(List<object?> pairs)
    {
        Charge(pairs.Count);
        PickleDictionary dictionary = new();
        foreach (object? pair in pairs)
        {
            if (pair is List<object?> { Count: 2 } list) dictionary.Add(list[0], list[1]);
            else if (pair is object?[] { Length: 2 } tuple) dictionary.Add(tuple[0], tuple[1]);
            else throw new InvalidDataException($"a dictionary is made of {Describe(pair)}, expected pairs");
        }
        return dictionary;
    }

    // Attributes of a state dictionary are its _metadata: versions of modules, of no use here.
    private void Build()
    {
        Expect<PickleDictionary>(Pop(), "the attributes of an object");
        Expect<PickleDictionary>(Top(), "the object that is given attributes");
    }

    private StorageReference Storage(object? id)
    {
        if (id is object?[] { Length: 6 } old && old[5] is not null)
            throw new InvalidDataException("it holds storages inside of storages, as PyTorch saved before version 0.4; load and save it with a later one");
        if (id is not object?[] { Length: 5 or 6 } parts || parts is not ["storage", PickleGlobal { Storage: { } type }, string key, string, long count, ..] || count < 0)
            throw new InvalidDataException("it names a storage in a way that torch.save does not");
        StorageReference storage = new(key, type, count);
        if (!Storages.TryAdd(key, storage) && Storages[key] != storage)
            throw new InvalidDataException($"it describes the storage '{key}' in two ways: {Storages[key].Count} x {Storages[key].Type} and {count} x {type}");
        return storage;
    }

    private static long[] Extents(object?[] values) => values.Length <= StridedTensor.MostDimensions
        ? [.. values.Select(value => value is long number ? number : throw new InvalidDataException($"a tensor's size or stride is {Describe(value)}, expected a whole number of 64 bits"))]
        : throw new InvalidDataException($"a tensor has {values.Length} dimensions; supported are {StridedTensor.MostDimensions}");

    private void Append(object?[] items) => Expect<List<object?>>(Top(), "what is appended to").AddRange(items);

    private void SetItems(object?[] items)
    {
        PickleDictionary dictionary = Expect<PickleDictionary>(Top(), "what entries are put into");
        if (items.Length % 2 != 0) throw new InvalidDataException("a dictionary has a key without a value");
        for (int i = 0; i < items.Length; i += 2) dictionary.Add(items[i], items[i + 1]);
    }

    private static T Expect<T>(object? value, string what) => value is T wanted ? wanted : throw new InvalidDataException($"{what} is {Describe(value)} in its pickle");

    private object? Recall(uint index) => _memo.TryGetValue(index, out object? value) ? value : throw new InvalidDataException($"its pickle recalls number {index}, which was never stored");

    private void Push(object? value) => _stack.Add(value);

    private object? Top() => _stack.Count > Floor ? _stack[^1] : throw Underflow();

    private object? Pop() => PopMany(1)[0];

    private object?[] PopMany(int count)
    {
        if (_stack.Count - count < Floor) throw Underflow();
        object?[] items = [.. _stack[^count..]];
        _stack.RemoveRange(_stack.Count - count, count);
        return items;
    }

    private object?[] PopToMark()
    {
        if (_marks.Count == 0) throw Underflow();
        object?[] items = PopMany(_stack.Count - Floor);
        _marks.RemoveAt(_marks.Count - 1);
        return items;
    }

    private int Floor => _marks.Count == 0 ? 0 : _marks[^1];

    private static InvalidDataException Underflow() => new("its pickle takes more from the stack than there is");

    private static object Integer(byte[] bytes)
    {
        BigInteger value = new(bytes);
        return value >= long.MinValue && value <= long.MaxValue ? (object)(long)value : value;
    }

    private string Text(uint length) => length <= MostBytes ? Encoding.UTF8.GetString(Bytes((int)length)) : throw new InvalidDataException($"a text claims {length} bytes");

    private string Line()
    {
        StringBuilder line = new();
        for (byte next = Byte(); next != '\n'; next = Byte())
        {
            if (line.Length == LongestName) throw new InvalidDataException($"it asks for a name of more than {LongestName} characters");
            line.Append((char)next);
        }
        return line.ToString();
    }

    private byte Byte()
    {
        int next = stream.ReadByte();
        if (next < 0) throw new EndOfStreamException("it ends within a pickle");
        Take(1);
        return (byte)next;
    }

    private ReadOnlySpan<byte> Number(int length)
    {
        Take(length);
        stream.ReadExactly(_number, 0, length);
        return _number.AsSpan(0, length);
    }

    // Checked against the limit before it is allocated.
    private byte[] Bytes(int length)
    {
        Take(length);
        byte[] bytes = new byte[length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    private void Take(int count)
    {
        if (count > MostBytes - _bytes) throw new InvalidDataException($"its pickle has more than {MostBytes} bytes");
        _bytes += count;
    }

    private void Charge(int count)
    {
        if (count > MostObjects - _objects) throw new InvalidDataException($"its pickle describes more than {MostObjects} objects");
        _objects += count;
    }
}
