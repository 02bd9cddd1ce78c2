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

    /// <summary>The same in fp32 with the inputs of all linear layers of the encoder as outputs, [batch, rows, width]; it takes token types where the model has several.</summary>
    public static ModelProto EmitObserved(ModelArtifact artifact) => new CpuGraph(artifact, pairs: artifact.Encoder.TokenTypeCount > 1, observed: true).Build();

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
        _parts.Head(new CpuPooling(_graph, _parts).Pool(_artifact.Head.Pooling, states), atMasks: _artifact.Head.Pooling == Pooling.Masks);
        return _graph.ToModel();
    }

    private string Embeddings(string ids)
    {
        string length = _graph.Node("Shape", "ids/length", [ids], ("start", 1L), ("end", 2L));
        string table = _pairs ? _parts.Weight(TensorNames.PositionEmbeddings) : _parts.PositionsWithTypeZero();
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
        string bias = _graph.Constant(prefix + "/folded/output_bias", CpuFolding.OutputBias(_artifact, layer), _encoder.HiddenWidth);
        return _graph.Node("Add", prefix + "/attention", [_parts.MatMul(context, outputLayer), bias]);
    }

    private string Query(string queries, string layer, string prefix)
    {
        int hidden = _encoder.HiddenWidth;
        double scale = CpuFolding.QueryScale(_encoder);
        float[] scaledBias = CpuFolding.Scaled(_artifact, TensorNames.Bias(layer), scale);
        if (_parts.IsInt8(layer)) return _parts.Int8Linear(queries, layer, scaledBias, (float)scale);
        string weight = _graph.Constant(prefix + "/folded/query_weight", CpuFolding.Scaled(_artifact, TensorNames.Weight(layer), scale), hidden, hidden);
        string bias = _graph.Constant(prefix + "/folded/query_bias", scaledBias, hidden);
        return _graph.Node("Add", prefix + "/query", [_graph.Node("MatMul", prefix + "/query_product", [queries, weight]), bias]);
    }
}
