using RctOnnx.Onnx;

namespace RctOnnx.Train.Export;

/// <summary>Writes model files, with proof or not at all.</summary>
public static class ModelExport
{
    /// <summary>
    /// Writes the model under a passing name, proves that ONNX Runtime answers as TorchSharp does, and then writes it with the
    /// proof and the probes inside to <paramref name="path"/>. The weights in the file are those of the artifact, bit for bit.
    /// </summary>
    /// <param name="path">The model file; an older one of that name is replaced.</param>
    /// <param name="artifact">A classifier in fp32, or an encoder without a head, whose features are compared.</param>
    /// <param name="options">What is tried beside the built-in texts and pairs; null for nothing.</param>
    /// <param name="token">Stops the proof; nothing is written then.</param>
    /// <returns>The artifact with proof and probes.</returns>
    /// <exception cref="GateException">The answers differ; nothing is written.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled; nothing is written.</exception>
    /// <exception cref="OutputException">The file cannot be written.</exception>
    public static ModelArtifact Write(string path, ModelArtifact artifact, ModelExportOptions? options = null, CancellationToken token = default)
    {
        if (Directory.Exists(path)) throw new OutputException($"Cannot write '{path}': it is a folder. Name a file that ends in .onnx.");
        string trial = $"{Path.GetFullPath(path)}.{Environment.ProcessId:x}.proof";
        try
        {
            Directory.CreateDirectory(trial);
            string trialFile = Path.Combine(trial, "model.onnx");
            ModelFile.Write(trialFile, artifact);
            ModelArtifact proven = Proven(trialFile, artifact, options ?? new ModelExportOptions(), token);
            ModelFile.Write(path, proven);
            return proven;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new OutputException($"Cannot write '{path}': {e.Message} Choose another folder or free some space.", e);
        }
        finally
        {
            if (Directory.Exists(trial)) Directory.Delete(trial, recursive: true);
        }
    }

    private static ModelArtifact Proven(string file, ModelArtifact artifact, ModelExportOptions options, CancellationToken token)
    {
        if (artifact.PairEncoding is not null)
        {
            PairProof pairs = new(artifact, options, token);
            return artifact with { Proof = pairs.Run(file, token), Probes = pairs.Probes };
        }
        ExportProof proof = new(artifact, options, token);
        return artifact with { Proof = proof.Run(file, token), Probes = proof.Probes };
    }
}
