namespace RctOnnx.Onnx;

/// <summary>How the features of two texts, a and b, become what the head reads; each operation is by element.</summary>
public enum FeatureCombination
{
    /// <summary>The larger value.</summary>
    Max,

    /// <summary>(a + b) / 2.</summary>
    Mean,

    /// <summary>a + b.</summary>
    Sum,

    /// <summary>a and then b: twice as wide.</summary>
    Concat,

    /// <summary>|a - b|, which does not depend on the order of the texts (Reimers and Gurevych 2019).</summary>
    Difference,
}
