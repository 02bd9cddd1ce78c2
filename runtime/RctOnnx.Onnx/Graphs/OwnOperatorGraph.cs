using RctOnnx.Onnx.Protobuf;
using DataType = RctOnnx.Onnx.Protobuf.TensorProto.Types.DataType;

namespace RctOnnx.Onnx;

/// <summary>
/// The graph for ONNX Runtime on processors with AVX-512, with our own operators between the matrix products: queries, keys and
/// values are one product; sums, normalisations, activations and attention are one node each, and where the next layer is int8
/// they hand it its input quantised. Savings are those of <see cref="CpuGraph"/>.
/// </summary>
internal sealed class OwnOperatorGraph
{
    private readonly GraphBuilder _graph = new("rctonnx_cpu_own");
    private readonly GraphParts _parts;
    private readonly ModelArtifact _artifact;
    private readonly EncoderConfig _encoder;
    private readonly bool _pairs;

    private OwnOperatorGraph(ModelArtifact artifact, bool pairs)
    {
        (_artifact, _encoder, _pairs) = (artifact, artifact.Encoder, pairs);
        _parts = new GraphParts(_graph, artifact, fused: true);
    }

    private bool IsFp32 => _artifact.Inputs.Count == 0;

    /// <summary>The graph of an artifact; with <paramref name="pairs"/> it takes token types.</summary>
    public static ModelProto Emit(ModelArtifact artifact, bool pairs) => new OwnOperatorGraph(artifact, pairs).Build();

    private ModelProto Build()
    {
        States states = Embeddings(_graph.Input("input_ids", DataType.Int32, "batch", "sequence"));
        bool firstTokenOnly = _artifact.Head.Pooling is Pooling.Cls or Pooling.Pooler;
        for (int layer = 0; layer < _encoder.LayerCount; layer++)
            states = Layer(states, layer, firstTokenOnly && layer == _encoder.LayerCount - 1);
        _parts.Head(new CpuPooling(_graph, _parts).Pool(_artifact.Head.Pooling, states.Floats), atMasks: _artifact.Head.Pooling == Pooling.Masks);
        return _graph.ToModel();
    }

    private States Embeddings(string ids)
    {
        string length = _graph.Node("Shape", "ids/length", [ids], ("start", 1L), ("end", 2L));
        string table = _pairs ? _parts.Weight(TensorNames.PositionEmbeddings) : _parts.PositionsWithTypeZero();
        string positions = _graph.Node("Slice", "embeddings/positions", [table, _graph.Vector("embeddings/zero", 0), length]);
        if (_pairs)
        {
            string types = _graph.Input("token_type_ids", DataType.Int32, "batch", "sequence");
            string kinds = _graph.Node("Gather", "embeddings/types", [_parts.Weight(TensorNames.TokenTypeEmbeddings), types], ("axis", 0L));
            positions = _graph.Node("Add", "embeddings/positions_types", [kinds, positions]);
        }
        Product words = new(_parts.Lookup(TensorNames.WordEmbeddings, ids, "embeddings/words"), null);
        if (!_encoder.HasEmbeddingProjection) return AddNorm(words, positions, TensorNames.EmbeddingNorm, PointOfLayer(0));
        States normed = AddNorm(words, positions, TensorNames.EmbeddingNorm, QuantizationPoints.InputOf(TensorNames.EmbeddingProjection));
        Product projected = Linear(normed, TensorNames.EmbeddingProjection);
        string states = projected.Bias is null ? projected.Values : _graph.Node("Add", "embeddings/projected", [projected.Values, projected.Bias]);
        string point = PointOfLayer(0);
        return new States(states, IsInt8(point) ? _parts.Quantized(states, point) : null);
    }

    private States Layer(States states, int layer, bool firstTokenOnly)
    {
        string outputLayer = TensorNames.Attention(layer, "output"), intermediate = TensorNames.Intermediate(layer), last = TensorNames.FeedForwardOutput(layer);
        States asking = firstTokenOnly ? FirstRows(states) : states;
        States context = Attention(asking, states, layer, QuantizationPoints.InputOf(outputLayer));
        Product attention = Linear(context, outputLayer, IsFp32 ? CpuFolding.OutputBias(_artifact, layer) : null);
        States between = AddNorm(attention, asking.Floats, TensorNames.AttentionNorm(layer), QuantizationPoints.InputOf(intermediate));
        States inner = Activation(Linear(between, intermediate), $"layer{layer}/activation", QuantizationPoints.InputOf(last));
        string? next = layer < _encoder.LayerCount - 1 ? PointOfLayer(layer + 1) : null;
        return AddNorm(Linear(inner, last), between.Floats, TensorNames.FeedForwardNorm(layer), next);
    }

    private States FirstRows(States states)
    {
        return new States(First(states.Floats)!, First(states.Bytes));

        string? First(string? values) => values is null ? null : _graph.Node("Slice", values + "/first",
            [values, _parts.Vector("first/start", 0), _parts.Vector("first/end", 1), _parts.Vector("first/axis", 1)]);
    }

    private States Attention(States asking, States states, int layer, string outputPoint)
    {
        string prefix = $"layer{layer}/attention";
        string[] layers = [TensorNames.Attention(layer, "query"), TensorNames.Attention(layer, "key"), TensorNames.Attention(layer, "value")];
        bool together = asking == states;
        Product queries = Joined(asking, together ? layers : layers[..1], prefix + "/queries");
        Product keys = together ? queries : Joined(states, layers[1..], prefix + "/keys_values");
        string bias = queries.Bias ?? "";
        (string, object)[] attributes = [("num_heads", (long)_encoder.HeadCount)];
        if (!IsInt8(outputPoint)) return new States(_graph.OwnNode("Attention", [prefix + "/context"], [queries.Values, keys.Values, bias], attributes), null);
        (string scale, string zero) = _parts.Quantization(outputPoint);
        return new States("", _graph.OwnNode("AttentionToUint8", [prefix + "/context"], [queries.Values, keys.Values, bias, scale, zero], attributes));
    }

    /// <summary>
    /// One product for several layers over the same input, queries scaled. In fp32 models the bias of the queries is left to the
    /// attention, that of the keys cancels in the softmax and that of the values is in the bias of the output layer.
    /// </summary>
    private Product Joined(States input, string[] layers, string output)
    {
        JoinedLayers joined = JoinedLayers.Of(_artifact, layers);
        string point = QuantizationPoints.InputOf(layers[0]);
        if (IsInt8(point))
            return new(_parts.Int8Product(input.Bytes!, point, output, joined.Int8!, joined.Scales!, joined.Bias), null);
        string product = _graph.Node("MatMul", output, [input.Floats, _graph.Constant(output + "/weight", joined.Weights!, _encoder.HiddenWidth, joined.Bias.Length)]);
        if (!IsFp32) return new(_graph.Node("Add", output + "/sum", [product, _graph.Constant(output + "/bias", joined.Bias, joined.Bias.Length)]), null);
        bool hasQueries = layers[0].EndsWith(".query", StringComparison.Ordinal);
        return new(product, hasQueries ? _graph.Constant(output + "/bias", joined.Bias[.._encoder.HiddenWidth], _encoder.HiddenWidth) : null);
    }

    /// <summary>x · W, with the bias inside where the layer is int8 and beside it where it is not.</summary>
    private Product Linear(States input, string layer, float[]? foldedBias = null)
    {
        string point = QuantizationPoints.InputOf(layer);
        if (IsInt8(point))
        {
            TensorData weight = _artifact.Weights[TensorNames.Weight(layer)];
            return new(_parts.Int8Product(input.Bytes!, point, layer, weight, [.. weight.Scales!.Values], _artifact.Weights[TensorNames.Bias(layer)].ToFloats()), null);
        }
        string product = _graph.Node("MatMul", layer + "/product", [input.Floats, _parts.Weight(TensorNames.Weight(layer))]);
        return new(product, foldedBias is null ? _parts.Weight(TensorNames.Bias(layer)) : _graph.Constant(layer + "/folded_bias", foldedBias, foldedBias.Length));
    }

    private States AddNorm(Product input, string residual, string norm, string? point)
    {
        string[] inputs = [input.Values, residual, input.Bias ?? "", _parts.Weight(TensorNames.Weight(norm)), _parts.Weight(TensorNames.Bias(norm))];
        (string, object)[] attributes = [("epsilon", (float)_encoder.LayerNormEpsilon)];
        string output = norm + "/out";
        if (!IsInt8(point)) return new States(_graph.OwnNode("AddNorm", [output], inputs, attributes), null);
        (string scale, string zero) = _parts.Quantization(point!);
        string bytes = output + "/uint8";
        return new States(_graph.OwnNode("AddNormToUint8", [output, bytes], [.. inputs, scale, zero], attributes), bytes);
    }

    private States Activation(Product input, string output, string point)
    {
        (string, object)[] attributes = [("function", (long)_encoder.Activation)];
        if (!IsInt8(point)) return new States(_graph.OwnNode("Activation", [output], [input.Values, input.Bias ?? ""], attributes), null);
        (string scale, string zero) = _parts.Quantization(point);
        return new States("", _graph.OwnNode("ActivationToUint8", [output], [input.Values, input.Bias ?? "", scale, zero], attributes));
    }

    private static string PointOfLayer(int layer) => QuantizationPoints.InputOf(TensorNames.Attention(layer, "query"));

    private bool IsInt8(string? point) => point is not null && _artifact.Inputs.ContainsKey(point);

    /// <summary>States of tokens; as uint8 where the next layer is int8.</summary>
    private sealed record States(string Floats, string? Bytes);

    /// <summary>A product, and the bias that is still to be added.</summary>
    private sealed record Product(string Values, string? Bias);
}
