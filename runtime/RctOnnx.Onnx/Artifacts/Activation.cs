namespace RctOnnx.Onnx;

/// <summary>Activation of the feed-forward layers.</summary>
public enum Activation
{
    /// <summary>x Φ(x) by the error function (<c>gelu</c>).</summary>
    Gelu,

    /// <summary>The tanh approximation of GELU (<c>gelu_new</c>, <c>gelu_pytorch_tanh</c>).</summary>
    GeluTanh,

    /// <summary>max(x, 0) (<c>relu</c>).</summary>
    Relu,
}
