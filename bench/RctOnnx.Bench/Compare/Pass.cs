namespace RctOnnx.Bench.Compare;

/// <summary>One way through the texts.</summary>
/// <param name="Count">Texts that were classified.</param>
/// <param name="WholeSeconds">From strings to labels; null where only the engine was measured.</param>
/// <param name="EngineSeconds">From token ids to logits.</param>
/// <param name="Labels">Index of the label of each text; empty where there are none.</param>
internal sealed record Pass(int Count, double? WholeSeconds, double EngineSeconds, IReadOnlyList<int> Labels)
{
    /// <summary>Texts a second from string to label.</summary>
    public double WholeRate => Count / WholeSeconds ?? double.NaN;

    /// <summary>Texts a second from token ids to logits.</summary>
    public double EngineRate => Count / EngineSeconds;
}
