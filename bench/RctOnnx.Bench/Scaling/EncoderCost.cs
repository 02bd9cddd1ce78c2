using RctOnnx.Onnx;

namespace RctOnnx.Bench.Scaling;

/// <summary>Arithmetic of an encoder. Pure.</summary>
internal static class EncoderCost
{
    /// <summary>
    /// Floating point operations of the forward pass of one text, a multiplication with its addition counted as two: linear
    /// layers 8H² + 4HF a token and layer, attention 4HS. The last layer of a classifier of the first token computes only keys and
    /// values of all tokens.
    /// </summary>
    /// <param name="encoder">Widths and layers.</param>
    /// <param name="length">Tokens S of the text.</param>
    public static double Operations(EncoderConfig encoder, int length)
    {
        double hidden = encoder.HiddenWidth, inner = encoder.IntermediateWidth;
        double keysAndValues = 4 * hidden * hidden, rest = 4 * hidden * hidden + 4 * hidden * inner + 4 * hidden * length;
        return length * (encoder.LayerCount * keysAndValues + (encoder.LayerCount - 1) * rest) + rest;
    }
}
