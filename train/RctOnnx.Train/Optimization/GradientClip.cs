namespace RctOnnx.Train.Optimization;

/// <summary>Clipping by the norm over all gradients together (Pascanu et al. 2013), as PyTorch does it.</summary>
public static class GradientClip
{
    /// <summary>The factor that brings <paramref name="norm"/> down to <paramref name="maximum"/>; 1 where it is below, or where the maximum is null.</summary>
    public static double Scale(double norm, double? maximum) =>
        maximum is { } limit ? Math.Min(1, limit / (norm + 1e-6)) : 1;
}
