namespace RctOnnx.Onnx;

/// <summary>How the input of a linear layer becomes uint8: round(x / scale) + zero point, to the nearest even, clipped to 0..255.</summary>
/// <param name="Scale">Size of a step, positive.</param>
/// <param name="ZeroPoint">What 0 becomes.</param>
public sealed record InputQuantization(float Scale, byte ZeroPoint)
{
    /// <summary>The scale that spreads a range, widened to hold 0, over the 256 values.</summary>
    public static InputQuantization OfRange(double lowest, double highest)
    {
        (lowest, highest) = (Math.Min(lowest, 0), Math.Max(highest, 0));
        float scale = (float)Math.Max((highest - lowest) / byte.MaxValue, 1e-12); // an input that is always 0 has no range
        return new(scale, (byte)Math.Clamp(Math.Round(-lowest / scale), 0, byte.MaxValue));
    }
}
