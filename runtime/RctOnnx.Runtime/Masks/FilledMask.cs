namespace RctOnnx.Runtime;

/// <summary>What stands behind a mask of a text.</summary>
/// <param name="Start">First character of the mask in the text, counted in UTF-16 units as .NET's strings are.</param>
/// <param name="Pieces">The likeliest pieces by falling probability, equal ones by id.</param>
public sealed record FilledMask(int Start, IReadOnlyList<PieceScore> Pieces);
