namespace RctOnnx.Train.Reports;

/// <summary>A data file of a run.</summary>
/// <param name="Use">What it was for: train, dev, or the name of a test set.</param>
/// <param name="Name">Name of the file.</param>
/// <param name="RowCount">Rows that were taken from it, or null where several files are one set.</param>
/// <param name="Sha256">Of the file's bytes, 64 hexadecimal digits.</param>
public sealed record DataSource(string Use, string Name, long? RowCount, string Sha256);
