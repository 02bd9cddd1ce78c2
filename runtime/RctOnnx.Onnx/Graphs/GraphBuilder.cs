using System.Globalization;
using System.Runtime.InteropServices;
using Google.Protobuf;
using RctOnnx.Onnx.Protobuf;
using AttributeType = RctOnnx.Onnx.Protobuf.AttributeProto.Types.AttributeType;
using DataType = RctOnnx.Onnx.Protobuf.TensorProto.Types.DataType;

namespace RctOnnx.Onnx;

/// <summary>
/// Builds one graph: names are unique, every input of a node must exist when the node is added, weights are raw bytes.
/// </summary>
internal sealed class GraphBuilder(string name)
{
    /// <summary>Opset 20 is the first with Gelu.</summary>
    public const long Opset = 20;

    /// <summary>ONNX Runtime's own operators.</summary>
    public const string ContribDomain = "com.microsoft";

    /// <summary>Our own operators, which a session must be told of.</summary>
    public const string OwnDomain = "rctonnx";

    /// <summary>Read by every ONNX Runtime that knows the opset.</summary>
    public const long IrVersion = 9;

    private readonly GraphProto _graph = new() { Name = name };
    private readonly HashSet<string> _values = ["" /* an optional input that is left out */];
    private readonly Dictionary<string, int> _nodeCounts = [];
    private readonly HashSet<string> _initializers = [];
    private bool _usesContrib, _usesOwn;
    private string _scope = "", _weightScope = "";

    /// <summary>
    /// What is added from here on belongs to one of several parts of the same form: inputs, values and named dimensions of length get a prefix, and
    /// initialisers that the part before has under the same name are used again.
    /// </summary>
    /// <param name="scope">Prefix of values.</param>
    /// <param name="weightScope">Prefix of initialisers; parts with the same one share them.</param>
    public void Enter(string scope, string weightScope) => (_scope, _weightScope) = (scope, weightScope);

    /// <summary>Ends the parts: names are whole names again.</summary>
    public void Leave() => Enter("", "");

    /// <summary>Declares a graph input; a dimension is a number or a name.</summary>
    public string Input(string name, DataType type, params object[] dimensions)
    {
        name = _scope + name;
        Define(name);
        _graph.Input.Add(ValueInfo(name, type, [.. dimensions.Select(dimension => dimension is "sequence" ? _scope + "sequence" : dimension)]));
        return name;
    }

    /// <summary>Declares a value as a graph output.</summary>
    public void Output(string name, DataType type, params object[] dimensions)
    {
        Require(name, "graph output");
        _graph.Output.Add(ValueInfo(name, type, dimensions));
    }

    /// <summary>Adds an fp32 weight under its own name.</summary>
    public string Weight(string name, TensorData tensor)
    {
        if (tensor.Type != TensorType.Float32) tensor = TensorData.FromFloats(tensor.ToFloats(), [.. tensor.Shape]);
        return Initializer(name, DataType.Float, tensor.Shape, tensor.Bytes);
    }

    /// <summary>Adds int8 values.</summary>
    public string Int8(string name, TensorData tensor) => Initializer(name, DataType.Int8, tensor.Shape, tensor.Bytes);

    /// <summary>Adds a uint8 scalar.</summary>
    public string Scalar(string name, byte value) => Initializer(name, DataType.Uint8, [], new byte[] { value });

    /// <summary>Adds an fp32 constant.</summary>
    public string Constant(string name, float[] values, params long[] shape) =>
        Initializer(name, DataType.Float, shape, MemoryMarshal.AsBytes(values.AsSpan()).ToArray());

    /// <summary>Adds an fp16 constant.</summary>
    public string Constant(string name, Half[] values, params long[] shape) =>
        Initializer(name, DataType.Float16, shape, MemoryMarshal.AsBytes(values.AsSpan()).ToArray());

    /// <summary>Adds an fp32 scalar.</summary>
    public string Scalar(string name, float value) => Initializer(name, DataType.Float, [], BitConverter.GetBytes(value));

    /// <summary>Adds an int32 scalar.</summary>
    public string Scalar(string name, int value) => Initializer(name, DataType.Int32, [], BitConverter.GetBytes(value));

    /// <summary>Adds an int64 scalar.</summary>
    public string Scalar(string name, long value) => Initializer(name, DataType.Int64, [], BitConverter.GetBytes(value));

    /// <summary>Adds an int64 vector.</summary>
    public string Vector(string name, params long[] values) =>
        Initializer(name, DataType.Int64, [values.Length], MemoryMarshal.AsBytes(values.AsSpan()).ToArray());

    /// <summary>Adds a node of the standard domain with one output, named after <paramref name="output"/>.</summary>
    public string Node(string operation, string output, string[] inputs, params (string Name, object Value)[] attributes) =>
        Add("", operation, [output], inputs, attributes);

    /// <summary>Adds a node of ONNX Runtime's own domain.</summary>
    public string ContribNode(string operation, string output, string[] inputs, params (string Name, object Value)[] attributes) =>
        ContribNode(operation, [output], inputs, attributes);

    /// <summary>Adds a node of ONNX Runtime's own domain with several outputs; the first is returned.</summary>
    public string ContribNode(string operation, string[] outputs, string[] inputs, params (string Name, object Value)[] attributes)
    {
        _usesContrib = true;
        return Add(ContribDomain, operation, outputs, inputs, attributes);
    }

    /// <summary>Adds a node of our own domain; the first output is returned.</summary>
    public string OwnNode(string operation, string[] outputs, string[] inputs, params (string Name, object Value)[] attributes)
    {
        _usesOwn = true;
        return Add(OwnDomain, operation, outputs, inputs, attributes);
    }

    /// <summary>Makes a named dimension of inputs and outputs a number.</summary>
    public void Fix(string dimension, int extent)
    {
        foreach (ValueInfoProto value in _graph.Input.Concat(_graph.Output))
            foreach (TensorShapeProto.Types.Dimension found in value.Type.TensorType.Shape.Dim.Where(found => found.DimParam == dimension))
                found.DimValue = extent; // takes the place of the name
    }

    /// <summary>The finished model.</summary>
    public ModelProto ToModel()
    {
        ModelProto model = new()
        {
            IrVersion = IrVersion,
            ProducerName = "RctOnnx",
            ProducerVersion = typeof(GraphBuilder).Assembly.GetName().Version!.ToString(3),
            Graph = _graph,
        };
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = Opset });
        if (_usesContrib) model.OpsetImport.Add(new OperatorSetIdProto { Domain = ContribDomain, Version = 1 });
        if (_usesOwn) model.OpsetImport.Add(new OperatorSetIdProto { Domain = OwnDomain, Version = 1 });
        return model;
    }

    private string Add(string domain, string operation, string[] outputs, string[] inputs, (string Name, object Value)[] attributes)
    {
        inputs = [.. inputs.Select(Resolve)];
        outputs = [.. outputs.Select(output => _scope + output)];
        foreach (string input in inputs) Require(input, $"{operation} node");
        foreach (string output in outputs) Define(output);
        int count = CollectionsMarshal.GetValueRefOrAddDefault(_nodeCounts, operation, out _)++;
        NodeProto node = new() { OpType = operation, Name = $"{operation}_{count}", Domain = domain };
        node.Input.Add(inputs);
        node.Output.Add(outputs);
        foreach ((string attribute, object value) in attributes) node.Attribute.Add(Attribute(attribute, value));
        _graph.Node.Add(node);
        return outputs[0];
    }

    private string Initializer(string name, DataType type, IReadOnlyList<long> shape, ReadOnlyMemory<byte> bytes)
    {
        name = _weightScope + name;
        if (_scope.Length > 0 && _initializers.Contains(name)) return name;
        Define(name);
        _initializers.Add(name);
        TensorProto tensor = new() { Name = name, DataType = (int)type, RawData = UnsafeByteOperations.UnsafeWrap(bytes) };
        tensor.Dims.Add(shape);
        _graph.Initializer.Add(tensor);
        return name;
    }

    // A value of this part by its short name, or any by its whole one.
    private string Resolve(string name)
    {
        if (_scope.Length == 0 || name.Length == 0) return name;
        if (_values.Contains(_scope + name)) return _scope + name;
        return _values.Contains(_weightScope + name) ? _weightScope + name : name;
    }

    private void Define(string name)
    {
        if (!_values.Add(name)) throw new InvalidOperationException($"The value '{name}' exists already in the graph.");
    }

    private void Require(string name, string user)
    {
        if (!_values.Contains(name)) throw new InvalidOperationException($"The value '{name}' does not exist yet, but a {user} uses it.");
    }

    private static AttributeProto Attribute(string name, object value)
    {
        AttributeProto attribute = new() { Name = name };
        switch (value)
        {
            case long number:
                (attribute.I, attribute.Type) = (number, AttributeType.Int);
                break;
            case float number:
                (attribute.F, attribute.Type) = (number, AttributeType.Float);
                break;
            case string text:
                (attribute.S, attribute.Type) = (ByteString.CopyFromUtf8(text), AttributeType.String);
                break;
            case long[] numbers:
                attribute.Ints.Add(numbers);
                attribute.Type = AttributeType.Ints;
                break;
            default:
                throw new InvalidOperationException($"Attribute '{name}' has the type {value.GetType()}, which no operator here uses.");
        }
        return attribute;
    }

    private static ValueInfoProto ValueInfo(string name, DataType type, object[] dimensions)
    {
        TensorShapeProto shape = new();
        foreach (object dimension in dimensions)
            shape.Dim.Add(dimension is string symbol
                ? new TensorShapeProto.Types.Dimension { DimParam = symbol }
                : new TensorShapeProto.Types.Dimension { DimValue = Convert.ToInt64(dimension, CultureInfo.InvariantCulture) });
        TypeProto.Types.Tensor tensor = new() { ElemType = (int)type, Shape = shape };
        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = tensor } };
    }
}
