namespace RctOnnx.Bench.Scaling;

/// <summary>From two measured worker counts to more. Pure.</summary>
internal static class Projection
{
    /// <summary>
    /// Amdahl's serial share from the speed-up of <paramref name="workers"/> workers over one: speed-up = 1 / (s + (1 - s) / n).
    /// Between 0 and 1: more than linear, or slower than one worker, is noise.
    /// </summary>
    public static double SerialShare(double speedUp, int workers) =>
        Math.Clamp((1 / speedUp - 1.0 / workers) / (1 - 1.0 / workers), 0, 1);

    /// <summary>The speed-up of <paramref name="workers"/> workers over one.</summary>
    public static double SpeedUp(double serialShare, int workers) => 1 / (serialShare + (1 - serialShare) / workers);
}
