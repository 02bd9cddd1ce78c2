using RctOnnx.Onnx.Protobuf;
using DataType = RctOnnx.Onnx.Protobuf.TensorProto.Types.DataType;

namespace RctOnnx.Onnx;

/// <summary>
/// The graph for CoreML's ML programs, whose builders in ONNX Runtime know standard operators only: no dynamic dimension, at most
/// four of them, constant weights and reshapes. The lookups of ids come first, so that a version which has no builder for Gather
/// still takes the rest in one piece.
/// </summary>
internal sealed class CoreMlGraph
{
    private readonly GraphBuilder _graph = new("rctonnx_coreml");
    private readonly GraphParts _head;
    private readonly TypedWeights _weights;
    private readonly ModelArtifact _artifact;
    private readonly EncoderConfig _encoder;
    private readonly StaticShape _shape;
    private readonly bool _pairs;

    private CoreMlGraph(ModelArtifact artifact, DataType type, StaticShape shape, bool pairs)
    {
        (_artifact, _encoder, _shape, _pairs) = (artifact, artifact.Encoder, shape, pairs);
        _head = new GraphParts(_graph, artifact);
        _weights = new TypedWeights(_graph, artifact, type);
    }

    /// <summary>The graph of an artifact for one shape, with its encoder in fp32 or fp16; with <paramref name="pairs"/> it takes token types.</summary>
    public static ModelProto Emit(ModelArtifact artifact, DataType type, StaticShape shape, bool pairs)
    {
        if (shape.BatchSize < 1 || shape.Length < 1 || shape.Length > artifact.Encoder.PositionCount)
            throw new ModelFileException($"A graph for {shape.BatchSize} rows of {shape.Length} tokens cannot be; expected are at least one row and 1 to {artifact.Encoder.PositionCount} tokens.");
        ModelProto model = new CoreMlGraph(artifact, type, shape, pairs).Build();
        // ONNX Runtime never checks whether what it compiled before is still this graph, so the key has to differ with
        // anything that differs: weights, shape, type and the way in which graphs are made.
        model.MetadataProps.Add(new StringStringEntryProto { Key = MetadataKeys.CoreMlCacheKey, Value = ModelFileHash.Compute(model, null)[..MetadataKeys.CoreMlCacheKeyLength] });
        return model;
    }

    private ModelProto Build()
    {
        string ids = _graph.Input("input_ids", DataType.Int32, "batch", "sequence");
        string mask = _graph.Input("additive_mask", DataType.Float, "batch", 1, 1, "sequence");
        string states = Embeddings(ids);
        if (_weights.Type != DataType.Float) mask = _graph.Node("Cast", "mask/typed", [mask], ("to", (long)_weights.Type));
        bool firstTokenOnly = _artifact.Head.Pooling is Pooling.Cls or Pooling.Pooler;
        for (int layer = 0; layer < _encoder.LayerCount; layer++)
        {
            bool first = firstTokenOnly && layer == _encoder.LayerCount - 1;
            string queries = first
                ? _graph.Node("Slice", "first_states", [states, _graph.Vector("first/start", 0), _graph.Vector("first/end", 1), _graph.Vector("first/axis", 1)])
                : states;
            states = FeedForward(Attention(queries, states, mask, first ? 1 : _shape.Length, layer), queries, layer);
        }
        string features = _weights.ToFloat32(Pool(states, mask), "pool/float");
        _head.Head(_artifact.Head.Pooling == Pooling.Pooler ? _head.Pooler(features) : features);
        _graph.Fix("batch", _shape.BatchSize);
        _graph.Fix("sequence", _shape.Length);
        return _graph.ToModel();
    }

    private string Embeddings(string ids)
    {
        string sum = _graph.Node("Gather", "embeddings/words", [_weights.Weight(TensorNames.WordEmbeddings), ids], ("axis", 0L));
        if (_pairs)
        {
            string types = _graph.Input("token_type_ids", DataType.Int32, "batch", "sequence");
            string kinds = _graph.Node("Gather", "embeddings/types", [_weights.Weight(TensorNames.TokenTypeEmbeddings), types], ("axis", 0L));
            sum = _graph.Node("Add", "embeddings/words_types", [sum, kinds]);
        }
        int width = _encoder.EmbeddingWidth;
        string positions = _pairs
            ? _weights.Constant("embeddings/positions", _weights.Floats(TensorNames.PositionEmbeddings)[..(_shape.Length * width)], _shape.Length, width)
            : _weights.PositionsWithTypeZero(_shape.Length);
        string normed = Norm(_graph.Node("Add", "embeddings/sum", [sum, positions]), TensorNames.EmbeddingNorm);
        return _encoder.HasEmbeddingProjection ? Linear(normed, TensorNames.EmbeddingProjection) : normed;
    }

    /// <summary>Attention of <paramref name="count"/> query tokens to all, with the output bias. The bias of the keys cancels in the softmax.</summary>
    private string Attention(string queries, string states, string mask, int count, int layer)
    {
        string prefix = $"layer{layer}";
        int hidden = _encoder.HiddenWidth;
        double scale = 1.0 / Math.Sqrt(_encoder.HeadWidth);
        string queryLayer = TensorNames.Attention(layer, "query");
        string weight = _weights.Constant(prefix + "/scaled/query_weight", Scaled(TensorNames.Weight(queryLayer), scale), hidden, hidden);
        string bias = _weights.Constant(prefix + "/scaled/query_bias", Scaled(TensorNames.Bias(queryLayer), scale), hidden);
        string query = Heads(_graph.Node("Add", prefix + "/query", [_graph.Node("MatMul", prefix + "/query_product", [queries, weight]), bias]), "query", count, [0, 2, 1, 3]);
        string key = Heads(MatMul(states, TensorNames.Attention(layer, "key")), "key", _shape.Length, [0, 2, 3, 1]);
        string value = Heads(Linear(states, TensorNames.Attention(layer, "value")), "value", _shape.Length, [0, 2, 1, 3]);
        string scores = _graph.Node("Add", prefix + "/masked_scores", [_graph.Node("MatMul", prefix + "/scores", [query, key]), mask]);
        string shares = _graph.Node("Softmax", prefix + "/shares", [scores], ("axis", -1L));
        string context = _graph.Node("MatMul", prefix + "/context", [shares, value]); // [batch, heads, count, head width]
        string rows = _graph.Node("Transpose", prefix + "/context_rows", [context], ("perm", new long[] { 0, 2, 1, 3 }));
        string shape = _graph.Vector(prefix + "/merged_shape", _shape.BatchSize, count, hidden);
        return Linear(_graph.Node("Reshape", prefix + "/merged", [rows, shape]), TensorNames.Attention(layer, "output"));

        string Heads(string rows, string part, int length, long[] order)
        {
            string split = _graph.Vector($"{prefix}/{part}_split_shape", _shape.BatchSize, length, _encoder.HeadCount, _encoder.HeadWidth);
            return _graph.Node("Transpose", $"{prefix}/{part}_heads", [_graph.Node("Reshape", $"{prefix}/{part}_split", [rows, split])], ("perm", order));
        }
    }

    private string FeedForward(string attention, string residual, int layer)
    {
        string prefix = $"layer{layer}";
        string state = Norm(_graph.Node("Add", prefix + "/attention_residual", [attention, residual]), TensorNames.AttentionNorm(layer));
        string inner = _head.Activate(Linear(state, TensorNames.Intermediate(layer)), _encoder.Activation, prefix + "/activation");
        string output = Linear(inner, TensorNames.FeedForwardOutput(layer));
        return Norm(_graph.Node("Add", prefix + "/feed_forward_residual", [output, state]), TensorNames.FeedForwardNorm(layer));
    }

    /// <summary>Features [batch, hidden] of states, [batch, 1, hidden] where the first token alone is read.</summary>
    private string Pool(string states, string mask)
    {
        if (_artifact.IsPerToken) return states;
        if (_artifact.Head.Pooling is Pooling.Cls or Pooling.Pooler) return Features(states, "first_token");
        if (_artifact.Head.Pooling == Pooling.Max)
        {
            // As far down as the type goes, so that padding is never the maximum.
            string lowest = _weights.Constant("pool/lowest", [_weights.Type == DataType.Float ? 1e26f : 6f]);
            string lowered = _graph.Node("Mul", "pool/lowered", [_graph.Node("Reshape", "pool/column", [mask, _graph.Vector("pool/column_shape", _shape.BatchSize, _shape.Length, 1)]), lowest]);
            return _graph.Node("ReduceMax", "pool/max", [_graph.Node("Add", "pool/shown_states", [states, lowered]), _graph.Vector("pool/sequence_axis", 1)], ("keepdims", 0L));
        }
        string row = _graph.Node("Reshape", "pool/row", [mask, _graph.Vector("pool/row_shape", _shape.BatchSize, 1, _shape.Length)]);
        string hidden = _graph.Node("Mul", "pool/hidden", [row, _weights.Constant("pool/hidden_factor", [1 / AttentionMask.Hidden])]); // 1 where the mask hides
        string shown = _graph.Node("Sub", "pool/shown", [_weights.Constant("pool/one", [1f]), hidden]);
        string shares = _graph.Node("Div", "pool/shares", [shown, _graph.Node("ReduceSum", "pool/count", [shown, _graph.Vector("pool/token_axis", 2)], ("keepdims", 1L))]);
        return Features(_graph.Node("MatMul", "pool/mean_row", [shares, states]), "pool/mean");
    }

    private string Features(string row, string output) =>
        _graph.Node("Reshape", output, [row, _graph.Vector("pool/features_shape", _shape.BatchSize, _encoder.HiddenWidth)]);

    private string Linear(string input, string layer) =>
        _graph.Node("Add", layer + "/linear", [MatMul(input, layer), _weights.Weight(TensorNames.Bias(layer))]);

    private string MatMul(string input, string layer) => _graph.Node("MatMul", layer + "/product", [input, _weights.Weight(TensorNames.Weight(layer))]);

    private string Norm(string input, string layer) =>
        _graph.Node("LayerNormalization", layer + "/out", [input, _weights.Weight(TensorNames.Weight(layer)), _weights.Weight(TensorNames.Bias(layer))],
            ("axis", -1L), ("epsilon", (float)_encoder.LayerNormEpsilon));

    private float[] Scaled(string name, double scale) => [.. _weights.Floats(name).Select(value => (float)(value * scale))];
}
