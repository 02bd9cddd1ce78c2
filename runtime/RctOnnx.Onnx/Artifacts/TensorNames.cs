namespace RctOnnx.Onnx;

/// <summary>
/// Canonical names of weights, in the model file and in memory. Matrices of linear layers are <c>[inputs, outputs]</c>
/// (y = x · W + b), the transpose of PyTorch's layout; tables are <c>[rows, width]</c>.
/// </summary>
public static class TensorNames
{
    /// <summary>Word embeddings, [vocabulary, embedding width].</summary>
    public const string WordEmbeddings = "embeddings.word.weight";

    /// <summary>Position embeddings, [positions, embedding width].</summary>
    public const string PositionEmbeddings = "embeddings.position.weight";

    /// <summary>Token type embeddings, [token types, embedding width].</summary>
    public const string TokenTypeEmbeddings = "embeddings.token_type.weight";

    /// <summary>Layer normalisation of the embeddings: <c>.weight</c> and <c>.bias</c>, [embedding width].</summary>
    public const string EmbeddingNorm = "embeddings.norm";

    /// <summary>ELECTRA's projection of embeddings to the hidden width: <c>.weight</c> and <c>.bias</c>.</summary>
    public const string EmbeddingProjection = "embeddings.projection";

    /// <summary>BERT's pooler: <c>.weight</c> [hidden, hidden] and <c>.bias</c>.</summary>
    public const string Pooler = "pooler";

    /// <summary>The inner layer of ELECTRA's head: <c>.weight</c> [hidden, hidden] and <c>.bias</c>.</summary>
    public const string HeadDense = "head.dense";

    /// <summary>The last layer of a head: <c>.weight</c> [width below, labels] and <c>.bias</c>; one output where the labels are ordered.</summary>
    public const string HeadOutput = "head.output";

    /// <summary>
    /// Thresholds between ordered labels, [labels - 1]: the first one, then the logarithm of each step to the next, so that they are
    /// ordered whatever values the tensor takes (<see cref="OrderedThresholds"/>).
    /// </summary>
    public const string HeadThresholds = "head.thresholds.bias";

    /// <summary>A hidden layer of a head with several: <c>.weight</c> [width below, width] and <c>.bias</c>.</summary>
    public static string HeadHidden(int layer) => $"head.hidden.{layer}";

    /// <summary>What stands before the names of a head's weights where there are several tasks; nothing for the first one.</summary>
    public static string Task(string name) => $"tasks.{name}.";

    /// <summary>What stands before the names of the weights of the second text's encoder, where it has its own.</summary>
    public const string Second = "second.";

    /// <summary>The masked language model's inner layer: <c>.weight</c> and <c>.bias</c>.</summary>
    public const string MaskedDense = "masked_lm.dense";

    /// <summary>The masked language model's layer normalisation: <c>.weight</c> and <c>.bias</c>.</summary>
    public const string MaskedNorm = "masked_lm.norm";

    /// <summary>The masked language model's output bias, [vocabulary]; its matrix is the word embedding table.</summary>
    public const string MaskedOutputBias = "masked_lm.output.bias";

    /// <summary>Query, key or value projection: <paramref name="part"/> is <c>query</c>, <c>key</c>, <c>value</c> or <c>output</c>.</summary>
    public static string Attention(int layer, string part) => $"encoder.layer.{layer}.attention.{part}";

    /// <summary>Layer normalisation after attention.</summary>
    public static string AttentionNorm(int layer) => $"encoder.layer.{layer}.attention.norm";

    /// <summary>First feed-forward matrix, [hidden, intermediate].</summary>
    public static string Intermediate(int layer) => $"encoder.layer.{layer}.feed_forward.intermediate";

    /// <summary>Second feed-forward matrix, [intermediate, hidden].</summary>
    public static string FeedForwardOutput(int layer) => $"encoder.layer.{layer}.feed_forward.output";

    /// <summary>Layer normalisation after the feed-forward layers.</summary>
    public static string FeedForwardNorm(int layer) => $"encoder.layer.{layer}.feed_forward.norm";

    /// <summary>Whether a linear layer belongs to the encoder, its embeddings included, and not to a pooler or head.</summary>
    public static bool IsEncoderLayer(string layer) =>
        layer == EmbeddingProjection || layer.StartsWith("encoder.layer.", StringComparison.Ordinal);

    /// <summary>The weight of a layer named above.</summary>
    public static string Weight(string layer) => layer + ".weight";

    /// <summary>The bias of a layer named above.</summary>
    public static string Bias(string layer) => layer + ".bias";
}
