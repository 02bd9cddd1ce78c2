using RctOnnx.Onnx.Protobuf;
using DataType = RctOnnx.Onnx.Protobuf.TensorProto.Types.DataType;

namespace RctOnnx.Onnx;

/// <summary>Standard operators only; padded rows with a mask. BERT: Devlin et al. 2018; ELECTRA: Clark et al. 2020.</summary>
internal sealed class PortableGraph
{
    private readonly GraphBuilder _graph;
    private readonly GraphParts _parts;
    private readonly ModelArtifact _artifact;
    private readonly EncoderConfig _encoder;

    private PortableGraph(GraphBuilder graph, ModelArtifact artifact)
    {
        (_graph, _artifact, _encoder) = (graph, artifact, artifact.Encoder);
        _parts = new GraphParts(_graph, artifact);
    }

    /// <summary>The graph of an artifact.</summary>
    public static ModelProto Emit(ModelArtifact artifact)
    {
        if (artifact.PairEncoding is not null) return PairGraph.EmitPortable(artifact);
        PortableGraph graph = new(new GraphBuilder("rctonnx_portable"), artifact);
        graph._parts.Head(graph.Features());
        return graph._graph.ToModel();
    }

    /// <summary>Adds inputs, encoder and pooling of an artifact to a graph; the features, [batch, hidden].</summary>
    public static string Features(GraphBuilder graph, ModelArtifact artifact) => new PortableGraph(graph, artifact).Features();

    private string Features()
    {
        string ids = _graph.Input("input_ids", DataType.Int64, "batch", "sequence");
        string mask = _graph.Input("attention_mask", DataType.Int64, "batch", "sequence");
        string types = _graph.Input("token_type_ids", DataType.Int64, "batch", "sequence");

        string visible = _graph.Node("Cast", "mask/visible", [mask], ("to", (long)DataType.Float));
        string hidden = _graph.Node("Sub", "mask/hidden", [_graph.Scalar("one", 1f), visible]);
        string scores = _graph.Node("Mul", "mask/scores", [hidden, _graph.Scalar("mask/constant", AttentionMask.Hidden)]);
        string additive = _graph.Node("Unsqueeze", "mask/additive", [scores, _graph.Vector("mask/axes", 1, 2)]); // [batch, 1, 1, sequence]

        string states = Embeddings(ids, types);
        _graph.Vector("heads/split_shape", 0, 0, _encoder.HeadCount, _encoder.HeadWidth);
        _graph.Vector("heads/merged_shape", 0, 0, _encoder.HiddenWidth);
        _graph.Scalar("heads/scale", (float)(1.0 / Math.Sqrt(_encoder.HeadWidth)));
        for (int layer = 0; layer < _encoder.LayerCount; layer++)
            states = _parts.FeedForward(Attention(states, additive, layer), states, layer);
        return Pool(states, visible, hidden);
    }

    private string Embeddings(string ids, string types)
    {
        string length = _graph.Node("Shape", "ids/length", [ids], ("start", 1L), ("end", 2L)); // [1]
        string positions = _graph.Node("Slice", "embeddings/positions",
            [_parts.Weight(TensorNames.PositionEmbeddings), _graph.Vector("embeddings/zero", 0), length]); // [sequence, embedding]
        string words = _parts.Lookup(TensorNames.WordEmbeddings, ids, "embeddings/words");
        string kinds = _graph.Node("Gather", "embeddings/types", [_parts.Weight(TensorNames.TokenTypeEmbeddings), types], ("axis", 0L));
        string sum = _graph.Node("Add", "embeddings/sum", [_graph.Node("Add", "embeddings/words_types", [words, kinds]), positions]);
        string normed = _parts.Norm(sum, TensorNames.EmbeddingNorm);
        return _encoder.HasEmbeddingProjection ? _parts.Linear(normed, TensorNames.EmbeddingProjection) : normed;
    }

    private string Attention(string states, string additiveMask, int layer)
    {
        string prefix = $"layer{layer}";
        string query = Heads("query", [0, 2, 1, 3]), key = Heads("key", [0, 2, 3, 1]), value = Heads("value", [0, 2, 1, 3]);
        string scaled = _graph.Node("Mul", prefix + "/scaled_query", [query, "heads/scale"]);
        string scores = _graph.Node("Add", prefix + "/masked_scores", [_graph.Node("MatMul", prefix + "/scores", [scaled, key]), additiveMask]);
        string shares = _graph.Node("Softmax", prefix + "/shares", [scores], ("axis", -1L));
        string context = _graph.Node("MatMul", prefix + "/context", [shares, value]); // [batch, heads, sequence, head width]
        string rows = _graph.Node("Transpose", prefix + "/context_rows", [context], ("perm", new long[] { 0, 2, 1, 3 }));
        string merged = _graph.Node("Reshape", prefix + "/merged", [rows, "heads/merged_shape"]);
        return _parts.Linear(merged, TensorNames.Attention(layer, "output"));

        string Heads(string part, long[] order)
        {
            string linear = _parts.Linear(states, TensorNames.Attention(layer, part));
            string split = _graph.Node("Reshape", $"{prefix}/{part}_split", [linear, "heads/split_shape"]);
            return _graph.Node("Transpose", $"{prefix}/{part}_heads", [split], ("perm", order));
        }
    }

    private string Pool(string states, string visible, string hidden)
    {
        if (_artifact.Head.Pooling == Pooling.Cls) return _parts.FirstToken(states);
        if (_artifact.IsPerToken) return states;
        if (_artifact.Head.Pooling == Pooling.Pooler) return _parts.Pooler(_parts.FirstToken(states));

        string column = _graph.Vector("pool/column_axis", 2), sequence = _graph.Vector("pool/sequence_axis", 1);
        if (_artifact.Head.Pooling == Pooling.Mean)
        {
            string weight = _graph.Node("Unsqueeze", "pool/weight", [visible, column]); // [batch, sequence, 1]
            string masked = _graph.Node("Mul", "pool/masked", [states, weight]);
            string sum = _graph.Node("ReduceSum", "pool/sum", [masked, sequence], ("keepdims", 0L));
            string count = _graph.Node("ReduceSum", "pool/count", [weight, sequence], ("keepdims", 0L));
            // At least one, so that a row that is all padding gives zeros and not NaN.
            return _graph.Node("Div", "pool/mean", [sum, _graph.Node("Max", "pool/positive_count", [count, "one"])]);
        }
        // Further down than any state, so that padding is never the maximum.
        string lowered = _graph.Node("Mul", "pool/lowered", [_graph.Node("Unsqueeze", "pool/hidden", [hidden, column]), _graph.Scalar("pool/lowest", -1e30f)]);
        return _graph.Node("ReduceMax", "pool/max", [_graph.Node("Add", "pool/shown", [states, lowered]), sequence], ("keepdims", 0L));
    }
}
