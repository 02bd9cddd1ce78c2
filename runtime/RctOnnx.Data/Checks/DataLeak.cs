namespace RctOnnx.Data;

/// <summary>Texts that stand in two sets.</summary>
/// <param name="From">The set that was read first.</param>
/// <param name="To">The other one.</param>
/// <param name="RowCount">Rows of the other set whose text stands in the first.</param>
/// <param name="Examples">The first few, as "file, line N = file, line M".</param>
public sealed record DataLeak(string From, string To, long RowCount, IReadOnlyList<string> Examples);
