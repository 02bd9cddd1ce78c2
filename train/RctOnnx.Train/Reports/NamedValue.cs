namespace RctOnnx.Train.Reports;

/// <summary>A line of a table of settings, times or versions.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Value">Its value as people read it.</param>
public sealed record NamedValue(string Name, string Value);
