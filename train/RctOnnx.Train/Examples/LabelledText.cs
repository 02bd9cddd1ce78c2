namespace RctOnnx.Train.Examples;

/// <summary>A row that is kept to be asked again after the export.</summary>
/// <param name="Text">The text.</param>
/// <param name="Pair">The second text, or null.</param>
internal sealed record LabelledText(string Text, string? Pair);
