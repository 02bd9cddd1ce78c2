namespace RctOnnx.Runtime;

/// <summary>A piece of the vocabulary with its probability behind a mask.</summary>
/// <param name="Piece">As the vocabulary has it: a piece that continues a word begins with ##.</param>
/// <param name="Id">Its id.</param>
/// <param name="Score">Its probability.</param>
public readonly record struct PieceScore(string Piece, int Id, float Score);
