using RctOnnx.Onnx;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RctOnnx.Train.Modules;

/// <summary>
/// Word, position and token type embeddings, their normalisation and dropout; ELECTRA's projection to the hidden width where
/// the two widths differ (Clark et al. 2020).
/// </summary>
public sealed class EmbeddingBlock : nn.Module<Tensor, Tensor?, Tensor>
{
    private readonly Embedding _word;
    private readonly Embedding _position;
    private readonly Embedding _tokenType;
    private readonly NormLayer _norm;
    private readonly LinearLayer? _projection;
    private readonly double _dropout;

    /// <param name="config">Widths.</param>
    /// <param name="precision">In what numbers the projection runs.</param>
    /// <param name="tablesOf">Block whose tables are looked up in place of own ones, or null.</param>
    public EmbeddingBlock(EncoderConfig config, Precision precision, EmbeddingBlock? tablesOf = null)
        : base(nameof(EmbeddingBlock))
    {
        // A batch uses a few hundred of thirty thousand rows: the gradient of the others is not even written.
        _word = tablesOf?._word ?? nn.Embedding(config.VocabularySize, config.EmbeddingWidth, sparse: true);
        _position = tablesOf?._position ?? nn.Embedding(config.PositionCount, config.EmbeddingWidth);
        _tokenType = tablesOf?._tokenType ?? nn.Embedding(config.TokenTypeCount, config.EmbeddingWidth);
        _norm = new NormLayer(config.EmbeddingWidth, config.LayerNormEpsilon);
        _dropout = config.HiddenDropout;
        register_module("word", _word);
        register_module("position", _position);
        register_module("token_type", _tokenType);
        register_module("norm", _norm);
        if (!config.HasEmbeddingProjection) return;
        _projection = new LinearLayer(config.EmbeddingWidth, config.HiddenWidth, precision);
        register_module("projection", _projection);
    }

    /// <summary>The word table, shared with the output of a masked language model: [vocabulary, embedding width].</summary>
    public Embedding Word => _word;

    /// <summary>ids int64 [B, S], type ids int64 [B, S] or null for all zero → [B, S, hidden], fp32.</summary>
    public override Tensor forward(Tensor ids, Tensor? typeIds)
    {
        Tensor words = _word.forward(ids); // [B, S, E]
        Tensor positions = _position.weight!.narrow(0, 0, ids.shape[1]); // [S, E]
        // One row added to all when there is one type: the gradient is then a plain sum and not a scatter.
        Tensor types = typeIds is null ? _tokenType.weight!.narrow(0, 0, 1) : _tokenType.forward(typeIds);
        Tensor normed = Dropout.Apply(_norm.forward(words.Plus(types).Plus(positions)), _dropout, training);
        return _projection is null ? normed : _projection.forward(normed).to(ScalarType.Float32);
    }
}
