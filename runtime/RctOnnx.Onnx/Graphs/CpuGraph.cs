using RctOnnx.Onnx.Protobuf;
using DataType = RctOnnx.Onnx.Protobuf.TensorProto.Types.DataType;

namespace RctOnnx.Onnx;

/// <summary>
/// The fused graph for ONNX Runtime on CPU. Exact savings, none of which changes the answer beyond rounding: the key bias
/// cancels in the softmax; the value bias passes through the shares, which sum to one, into the output bias; the scale is
/// in the query weights; without a mask the attention kernel takes its tiled path. Int8 layers add their biases in the kernel
/// at no cost, and their inputs must be those that were calibrated: there the value bias stays where it is.
/// </summary>
internal sealed class CpuGraph
{
    private readonly GraphBuilder _graph = new("rctonnx_cpu");
    private readonly GraphParts _parts;
    private readonly ModelArtifact _artifact;
    private readonly EncoderConfig _encoder;
    private readonly bool _pairs, _foldsValueBias;

    private CpuGraph(ModelArtifact artifact, bool pairs, bool observed)
    {
        (_artifact, _encoder, _pairs) = (artifact, artifact.Encoder, pairs);
        _foldsValueBias = artifact.Inputs.Count == 0 && !observed;
        _parts = new GraphParts(_graph, artifact, fused: true, observed);
    }

    /// <summary>The graph of an artifact; with <paramref name="pairs"/> it takes token types.</summary>
    public static ModelProto Emit(ModelArtifact artifact, bool pairs) => new CpuGraph(artifact, pairs, observed: false).Build();

    /// <summary>The same in fp32 with the inputs of all linear layers of the encoder as outputs, [batch, rows, width].</summary>
    public static ModelProto EmitObserved(ModelArtifact artifact) => new CpuGraph(artifact, pairs: false, observed: true).Build();

    private ModelProto Build()
    {
        string states = Embeddings(_graph.Input("input_ids", DataType.Int32, "batch", "sequence"));
        bool firstTokenOnly = _artifact.Head.Pooling is Pooling.Cls or Pooling.Pooler;
        for (int layer = 0; layer < _encoder.LayerCount; layer++)
        {
            // The last layer's keys and values need every token, all the rest only the tokens that are read afterwards.
            string queries = firstTokenOnly && layer == _encoder.LayerCount - 1
                ? _graph.Node("Slice", "first_states", [states, _graph.Vector("first/start", 0), _graph.Vector("first/end", 1), _graph.Vector("first/axis", 1)])
                : states;
            states = _parts.FeedForward(Attention(queries, states, layer), queries, layer);
        }
        _parts.Head(Pool(states));
        return _graph.ToModel();
    }

    private string Embeddings(string ids)
    {
        string length = _graph.Node("Shape", "ids/length", [ids], ("start", 1L), ("end", 2L));
        string table = _pairs ? _parts.Weight(TensorNames.PositionEmbeddings) : PositionsWithTypeZero();
        string positions = _graph.Node("Slice", "embeddings/positions", [table, _graph.Vector("embeddings/zero", 0), length]);
        if (_pairs)
        {
            // Added to the positions, as type 0 is in the folded table: a single text gets the same bits from both graphs.
            string types = _graph.Input("token_type_ids", DataType.Int32, "batch", "sequence");
            string kinds = _graph.Node("Gather", "embeddings/types", [_parts.Weight(TensorNames.TokenTypeEmbeddings), types], ("axis", 0L));
            positions = _graph.Node("Add", "embeddings/positions_types", [kinds, positions]);
        }
        string words = _parts.Lookup(TensorNames.WordEmbeddings, ids, "embeddings/words");
        string normed = _parts.Norm(_graph.Node("Add", "embeddings/sum", [words, positions]), TensorNames.EmbeddingNorm);
        return _encoder.HasEmbeddingProjection ? _parts.Linear(normed, TensorNames.EmbeddingProjection) : normed;
    }

    private string PositionsWithTypeZero()
    {
        float[] positions = Floats(TensorNames.PositionEmbeddings), types = Floats(TensorNames.TokenTypeEmbeddings);
        for (int i = 0; i < positions.Length; i++) positions[i] += types[i % _encoder.EmbeddingWidth];
        return _graph.Constant("folded/positions", positions, _encoder.PositionCount, _encoder.EmbeddingWidth);
    }

    private string Attention(string queries, string states, int layer)
    {
        string prefix = $"layer{layer}", queryLayer = TensorNames.Attention(layer, "query"), outputLayer = TensorNames.Attention(layer, "output");
        string valueLayer = TensorNames.Attention(layer, "value");
        // Keys and values first: they see all tokens, which is what an observer must note, and the queries of the last layer do not.
        string key = _parts.MatMul(states, TensorNames.Attention(layer, "key"));
        string value = _foldsValueBias ? _parts.MatMul(states, valueLayer) : _parts.Linear(states, valueLayer);
        string context = _graph.ContribNode("MultiHeadAttention", prefix + "/context", [Query(queries, queryLayer, prefix), key, value],
            ("num_heads", (long)_encoder.HeadCount), ("scale", 1f));
        if (!_foldsValueBias) return _parts.Linear(context, outputLayer);
        string bias = _graph.Constant(prefix + "/folded/output_bias", OutputBias(layer), _encoder.HiddenWidth);
        return _graph.Node("Add", prefix + "/attention", [_parts.MatMul(context, outputLayer), bias]);
    }

    private string Query(string queries, string layer, string prefix)
    {
        int hidden = _encoder.HiddenWidth;
        double scale = 1.0 / Math.Sqrt(_encoder.HeadWidth);
        float[] scaledBias = Scaled(TensorNames.Bias(layer), scale);
        if (_parts.IsInt8(layer)) return _parts.Int8Linear(queries, layer, scaledBias, (float)scale);
        string weight = _graph.Constant(prefix + "/folded/query_weight", Scaled(TensorNames.Weight(layer), scale), hidden, hidden);
        string bias = _graph.Constant(prefix + "/folded/query_bias", scaledBias, hidden);
        return _graph.Node("Add", prefix + "/query", [_graph.Node("MatMul", prefix + "/query_product", [queries, weight]), bias]);
    }

    /// <summary>b_o + b_v · W_o.</summary>
    private float[] OutputBias(int layer)
    {
        string outputLayer = TensorNames.Attention(layer, "output");
        float[] weight = Floats(TensorNames.Weight(outputLayer)), bias = Floats(TensorNames.Bias(outputLayer));
        float[] valueBias = Floats(TensorNames.Bias(TensorNames.Attention(layer, "value")));
        int width = bias.Length;
        double[] sum = [.. bias.Select(b => (double)b)];
        for (int row = 0; row < valueBias.Length; row++)
            for (int column = 0; column < width; column++)
                sum[column] += (double)valueBias[row] * weight[(long)row * width + column];
        return [.. sum.Select(s => (float)s)];
    }

    private string Pool(string states)
    {
        switch (_artifact.Head.Pooling)
        {
            case Pooling.Cls:
                return _parts.FirstToken(states);
            case Pooling.Pooler:
                return _parts.Pooler(_parts.FirstToken(states));
            case Pooling.Max:
                return _graph.Node("ReduceMax", "pool/max", [states, _graph.Vector("pool/sequence_axis", 1)], ("keepdims", 0L));
            default:
                return Mean(states);
        }
    }

    /// <summary>
    /// The mean as a matrix product with a row of ones, text by text. ReduceMean adds in another order for one text than for
    /// several, so that the same text would not get the same bits in every batch.
    /// </summary>
    private string Mean(string states)
    {
        string zeros = _graph.Node("ConstantOfShape", "pool/zeros", [_graph.Node("Shape", "ids/shape", ["input_ids"])]); // [batch, sequence]
        string ones = _graph.Node("Add", "pool/ones", [zeros, _graph.Scalar("one", 1f)]);
        string axis = _graph.Vector("pool/row_axis", 1);
        string sum = _graph.Node("MatMul", "pool/sum", [_graph.Node("Unsqueeze", "pool/row", [ones, axis]), states]); // [batch, 1, hidden]
        string count = _graph.Node("Cast", "pool/count", ["ids/length"], ("to", (long)DataType.Float));
        return _graph.Node("Div", "pool/mean", [_graph.Node("Squeeze", "pool/sum_row", [sum, axis]), count]);
    }

    private float[] Scaled(string name, double scale) => [.. Floats(name).Select(value => (float)(value * scale))];

    private float[] Floats(string name) => _artifact.Weights[name].ToFloats();
}
