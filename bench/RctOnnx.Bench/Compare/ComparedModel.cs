using RctOnnx.Onnx;

namespace RctOnnx.Bench.Compare;

/// <summary>A model file with its peer.</summary>
/// <param name="Precision">Arithmetic of the file's matrix products.</param>
/// <param name="Path">The file.</param>
/// <param name="Artifact">What is in it.</param>
/// <param name="PeerGraph">The peer's graph with the same weights.</param>
internal sealed record ComparedModel(Precision Precision, string Path, ModelArtifact Artifact, string PeerGraph);
