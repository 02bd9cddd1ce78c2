namespace RctOnnx.Train.Reports;

/// <summary>A picture of a report.</summary>
/// <param name="FileName">Name of its own file.</param>
/// <param name="Title">Heading over it.</param>
/// <param name="Png">Its bytes.</param>
internal sealed record ReportPicture(string FileName, string Title, byte[] Png);
