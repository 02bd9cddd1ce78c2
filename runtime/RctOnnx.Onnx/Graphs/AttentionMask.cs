namespace RctOnnx.Onnx;

/// <summary>The one mask constant of training and of every graph.</summary>
public static class AttentionMask
{
    /// <summary>
    /// Added to the attention scores of hidden positions. exp(-10000) is 0 in fp32, and a row that hides everything still
    /// gives finite numbers, which minus infinity would not.
    /// </summary>
    public const float Hidden = -10000f;
}
