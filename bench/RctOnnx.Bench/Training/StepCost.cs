using RctOnnx.Onnx;

namespace RctOnnx.Bench.Training;

/// <summary>
/// Floating-point operations that a training step asks for: two a multiplication with its addition, products only, three times
/// those of the forward pass (the backward pass has one product for the input's gradient and one for the weight's). Tokens are
/// counted without padding, and the last layer as it is computed for [CLS]: keys and values of all tokens, the rest of one.
/// </summary>
internal static class StepCost
{
    /// <summary>Of one row in forward and backward.</summary>
    /// <param name="encoder">Shape of the encoder.</param>
    /// <param name="head">Whether a pooler stands on it.</param>
    /// <param name="labelCount">Logits.</param>
    /// <param name="length">Tokens of the row.</param>
    public static double OfRow(EncoderConfig encoder, HeadConfig head, int labelCount, int length)
    {
        double hidden = encoder.HiddenWidth, inner = encoder.IntermediateWidth, n = length;
        double projection = 2 * hidden * hidden, feedForward = 4 * hidden * inner, attention = 4 * n * hidden; // a token
        double layer = n * (4 * projection + feedForward + attention);
        double last = n * 2 * projection + 2 * projection + feedForward + attention;
        double top = (head.Pooling == Pooling.Pooler ? projection : 0) + 2 * hidden * labelCount;
        return 3 * ((encoder.LayerCount - 1) * layer + last + top);
    }
}
