namespace RctOnnx.Onnx;

/// <summary>How the states of all tokens become one feature vector.</summary>
public enum Pooling
{
    /// <summary>The state of the first token.</summary>
    Cls,

    /// <summary>tanh(W · state of the first token + b), BERT's pooler.</summary>
    Pooler,

    /// <summary>The mean over all tokens that are not padding, special tokens included.</summary>
    Mean,

    /// <summary>The maximum over all tokens that are not padding, special tokens included.</summary>
    Max,

    /// <summary>No one vector: the state of the [SEP] behind each sentence of a document, which gives a label a sentence.</summary>
    Separators,

    /// <summary>No one vector: the state of every token.</summary>
    Tokens,

    /// <summary>No one vector: the state of every mask token. Graphs that can, compute what follows for those alone.</summary>
    Masks,
}
