namespace RctOnnx.Train.Baselines;

/// <summary>An answer as ML.NET gives it.</summary>
internal sealed class WordScore
{
    /// <summary>Probabilities of the classes.</summary>
    public float[] Score { get; set; } = [];
}
