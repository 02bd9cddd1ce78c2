namespace RctOnnx.Train.Reports.Pictures;

/// <summary>Bars of one thing before and after training.</summary>
/// <param name="Name">What is measured.</param>
/// <param name="Before">Value before training, or null.</param>
/// <param name="After">Value after training.</param>
internal sealed record BarGroup(string Name, double? Before, double After);
