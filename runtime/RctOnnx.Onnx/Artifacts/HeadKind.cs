namespace RctOnnx.Onnx;

/// <summary>What stands on the pooled features.</summary>
public enum HeadKind
{
    /// <summary>Nothing: an encoder without a task.</summary>
    None,

    /// <summary>dropout → linear. With <see cref="Pooling.Pooler"/> this is BERT's classification head.</summary>
    Linear,

    /// <summary>dropout → dense → GELU (erf) → dropout → linear: ELECTRA's classification head.</summary>
    Electra,

    /// <summary>As many hidden layers as <see cref="HeadConfig.HiddenWidths"/> names, each dropout → dense → ReLU, then dropout → linear.</summary>
    Mlp,

    /// <summary>dense → activation → normalisation → the word table as output matrix: the head of masked language models, whose labels are the pieces of the vocabulary.</summary>
    MaskedLm,
}
