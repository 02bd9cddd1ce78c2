namespace RctOnnx.Onnx;

/// <summary>The encoder families that the product knows. TinyBERT and MiniLM are <see cref="Bert"/> by their configuration.</summary>
public enum Architecture
{
    /// <summary>BERT (Devlin et al. 2018): embeddings of the hidden width, optional pooler.</summary>
    Bert,

    /// <summary>ELECTRA (Clark et al. 2020): embeddings may be narrower than the hidden width, no pooler.</summary>
    Electra,
}
