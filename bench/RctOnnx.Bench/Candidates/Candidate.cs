namespace RctOnnx.Bench.Candidates;

/// <summary>A model file with what was measured of it.</summary>
/// <param name="Name">File name.</param>
/// <param name="Shape">Layers and width.</param>
/// <param name="ReadsDocuments">Whether it reads a sentence among its neighbours.</param>
/// <param name="Megabytes">Size of the file, 10^6 bytes.</param>
/// <param name="Accuracy">Share of right labels, 0 to 1.</param>
/// <param name="MacroF1">Mean F1 of the labels, 0 to 1.</param>
/// <param name="Whole">Sentences a second from string to label, median of the rounds.</param>
/// <param name="Engine">Sentences a second from token ids to logits; not a number for documents.</param>
/// <param name="WholeRatio">Times as fast as the peer, median of the ratios of each round.</param>
/// <param name="EngineRatio">The same of the engines alone.</param>
internal sealed record Candidate(
    string Name, string Shape, bool ReadsDocuments, double Megabytes, double Accuracy, double MacroF1, double Whole, double Engine, double WholeRatio, double EngineRatio);
