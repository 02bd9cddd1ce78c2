namespace RctOnnx.Train.Baselines;

/// <summary>A row as ML.NET reads it.</summary>
internal sealed class WordRow
{
    /// <summary>The text.</summary>
    public string Text { get; set; } = "";

    /// <summary>Class index from 0.</summary>
    public uint Label { get; set; }
}
