using RctOnnx.Onnx.Protobuf;
using DataType = RctOnnx.Onnx.Protobuf.TensorProto.Types.DataType;

namespace RctOnnx.Onnx;

/// <summary>
/// The fused graph for NVIDIA cards. Rows are padded on the right and come with their lengths as one int32 a row, the only form
/// of mask for which ONNX Runtime's CUDA attention has fused fp16 kernels. There is no Shape node: those run on the CPU, and
/// a CUDA graph cannot hold them. Every length must be at least 1.
/// </summary>
internal sealed class CudaGraph
{
    private readonly GraphBuilder _graph = new("rctonnx_cuda");
    private readonly GraphParts _head;
    private readonly TypedWeights _weights;
    private readonly ModelArtifact _artifact;
    private readonly EncoderConfig _encoder;
    private readonly bool _pairs;

    private CudaGraph(ModelArtifact artifact, DataType type, bool pairs)
    {
        (_artifact, _encoder, _pairs) = (artifact, artifact.Encoder, pairs);
        _head = new GraphParts(_graph, artifact);
        _weights = new TypedWeights(_graph, artifact, type);
    }

    /// <summary>The graph of an artifact with its encoder in fp32 or fp16; with <paramref name="pairs"/> it takes token types.</summary>
    public static ModelProto Emit(ModelArtifact artifact, DataType type, bool pairs) => new CudaGraph(artifact, type, pairs).Build();

    private ModelProto Build()
    {
        string ids = _graph.Input("input_ids", DataType.Int32, "batch", "sequence"), lengths = _graph.Input("lengths", DataType.Int32, "batch");
        string states = Embeddings(ids);
        bool firstTokenOnly = _artifact.Head.Pooling is Pooling.Cls or Pooling.Pooler;
        for (int layer = 0; layer < _encoder.LayerCount; layer++)
            states = firstTokenOnly && layer == _encoder.LayerCount - 1
                ? FirstTokenLayer(states, lengths, layer)
                : FeedForward(Attention(states, lengths, layer), states, layer);
        string features = _weights.ToFloat32(Pool(states, ids, lengths), "pool/float");
        _head.Head(_artifact.Head.Pooling == Pooling.Pooler ? _head.Pooler(features) : features);
        return _graph.ToModel();
    }

    private string Embeddings(string ids)
    {
        string types = _pairs ? _graph.Input("token_type_ids", DataType.Int32, "batch", "sequence") : "";
        string kinds = _pairs ? _weights.Weight(TensorNames.TokenTypeEmbeddings) : "";
        string positions = _pairs ? _weights.Weight(TensorNames.PositionEmbeddings) : _weights.PositionsWithTypeZero(_encoder.PositionCount);
        string normed = TensorNames.EmbeddingNorm + "/out";
        // The second output is read by nothing, but the kernel of some versions writes it unasked.
        _graph.ContribNode("EmbedLayerNormalization", [normed, "embeddings/mask_index"],
            [ids, types, _weights.Weight(TensorNames.WordEmbeddings), positions, kinds, .. Affine(TensorNames.EmbeddingNorm)], Epsilon);
        if (!_encoder.HasEmbeddingProjection) return normed;
        string bias = _weights.Weight(TensorNames.Bias(TensorNames.EmbeddingProjection));
        return _graph.Node("Add", "embeddings/projected", [MatMul(normed, TensorNames.EmbeddingProjection), bias]);
    }

    /// <summary>Self-attention of all tokens without the output bias: one product for queries, keys and values. [batch, sequence, hidden].</summary>
    private string Attention(string states, string lengths, int layer)
    {
        int hidden = _encoder.HiddenWidth;
        float[] packed = new float[(long)hidden * 3 * hidden];
        int part = 0;
        foreach (string name in Parts(layer).Select(TensorNames.Weight))
        {
            float[] weight = _weights.Floats(name);
            for (int row = 0; row < hidden; row++) weight.AsSpan(row * hidden, hidden).CopyTo(packed.AsSpan((3 * row + part) * hidden));
            part++;
        }
        string weights = _weights.Constant($"layer{layer}/packed/weight", packed, hidden, 3 * hidden);
        string context = _graph.ContribNode("Attention", $"layer{layer}/context", [states, weights, PackedBias(layer), lengths],
            ("num_heads", (long)_encoder.HeadCount), ("mask_filter_value", AttentionMask.Hidden));
        return MatMul(context, TensorNames.Attention(layer, "output"));
    }

    /// <summary>The last layer where only the first token is read: keys and values of all tokens, the rest for one. [batch, 1, hidden].</summary>
    private string FirstTokenLayer(string states, string lengths, int layer)
    {
        string first = _graph.Node("Slice", "first_states", [states, _graph.Vector("first/start", 0), _graph.Vector("first/end", 1), _graph.Vector("first/axis", 1)]);
        string[] parts = [.. Parts(layer).Select((part, i) => MatMul(i == 0 ? first : states, part))];
        string context = _graph.ContribNode("MultiHeadAttention", $"layer{layer}/context", [.. parts, PackedBias(layer), lengths],
            ("num_heads", (long)_encoder.HeadCount), ("mask_filter_value", AttentionMask.Hidden));
        return FeedForward(MatMul(context, TensorNames.Attention(layer, "output")), first, layer);
    }

    private string FeedForward(string attention, string residual, int layer)
    {
        string state = SkipNorm(attention, residual, TensorNames.AttentionNorm(layer), TensorNames.Attention(layer, "output"));
        string product = MatMul(state, TensorNames.Intermediate(layer)), bias = _weights.Weight(TensorNames.Bias(TensorNames.Intermediate(layer)));
        string output = $"layer{layer}/activation";
        string inner = _encoder.Activation switch
        {
            Activation.Gelu => _graph.ContribNode("BiasGelu", output, [product, bias]),
            Activation.GeluTanh => _graph.ContribNode("FastGelu", output, [product, bias]),
            _ => _head.Activate(_graph.Node("Add", $"layer{layer}/inner", [product, bias]), _encoder.Activation, output),
        };
        return SkipNorm(MatMul(inner, TensorNames.FeedForwardOutput(layer)), state, TensorNames.FeedForwardNorm(layer), TensorNames.FeedForwardOutput(layer));
    }

    /// <summary>Features [batch, hidden] of states, [batch, 1, hidden] where the first token alone is read.</summary>
    private string Pool(string states, string ids, string lengths)
    {
        if (_artifact.IsPerToken) return states;
        if (_artifact.Head.Pooling is Pooling.Cls or Pooling.Pooler)
            return _graph.Node("Squeeze", "first_token", [states, _graph.Vector("pool/first_axis", 1)]);
        // 1, 2, 3, .. in every row, out of the ids themselves: their shape alone would be a Shape node.
        string ones = _graph.Node("Add", "pool/ones", [_graph.Node("Sub", "pool/zeros", [ids, ids]), _graph.Scalar("pool/one", 1)]);
        string places = _graph.Node("CumSum", "pool/places", [ones, _graph.Scalar("pool/sequence", 1L)]);
        string row = _graph.Vector("pool/row_axis", 1), ends = _graph.Node("Unsqueeze", "pool/ends", [lengths, row]);
        string shown = _graph.Node("LessOrEqual", "pool/shown", [places, ends]); // [batch, sequence]
        if (_artifact.Head.Pooling == Pooling.Max)
        {
            string column = _graph.Node("Unsqueeze", "pool/column", [shown, _graph.Vector("pool/column_axis", 2)]);
            string lowest = _weights.Constant("pool/lowest", [(float)Half.MinValue]);
            return _graph.Node("ReduceMax", "pool/max", [_graph.Node("Where", "pool/lowered", [column, states, lowest]), row], ("keepdims", 0L));
        }
        // Shares that sum to 1 and not a sum that is divided: a sum of 512 states could leave the range of fp16.
        string shares = _graph.Node("Div", "pool/shares", [Typed(shown), Typed(ends)]);
        string mean = _graph.Node("MatMul", "pool/mean_row", [_graph.Node("Unsqueeze", "pool/row", [shares, row]), states]); // [batch, 1, hidden]
        return _graph.Node("Squeeze", "pool/mean", [mean, row]);
    }

    private string SkipNorm(string input, string skip, string norm, string biased) =>
        _graph.ContribNode("SkipLayerNormalization", norm + "/out", [input, skip, .. Affine(norm), _weights.Weight(TensorNames.Bias(biased))], Epsilon);

    private string PackedBias(int layer) =>
        _weights.Constant($"layer{layer}/packed/bias", [.. Parts(layer).SelectMany(part => _weights.Floats(TensorNames.Bias(part)))], 3L * _encoder.HiddenWidth);

    private string MatMul(string input, string layer) => _graph.Node("MatMul", layer + "/product", [input, _weights.Weight(TensorNames.Weight(layer))]);

    private string Typed(string value) => _graph.Node("Cast", value + "/typed", [value], ("to", (long)_weights.Type));

    private string[] Affine(string norm) => [_weights.Weight(TensorNames.Weight(norm)), _weights.Weight(TensorNames.Bias(norm))];

    private (string Name, object Value) Epsilon => ("epsilon", (float)_encoder.LayerNormEpsilon);

    private static string[] Parts(int layer) => [TensorNames.Attention(layer, "query"), TensorNames.Attention(layer, "key"), TensorNames.Attention(layer, "value")];
}
