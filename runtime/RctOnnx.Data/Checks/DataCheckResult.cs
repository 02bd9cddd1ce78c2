namespace RctOnnx.Data;

/// <summary>What a check found.</summary>
/// <param name="Sets">Each set.</param>
/// <param name="Leaks">Texts in two sets.</param>
/// <param name="Errors">What stops a training.</param>
/// <param name="Warnings">What makes its figures doubtful.</param>
public sealed record DataCheckResult(
    IReadOnlyList<CheckedSet> Sets, IReadOnlyList<DataLeak> Leaks, IReadOnlyList<string> Errors, IReadOnlyList<string> Warnings);
